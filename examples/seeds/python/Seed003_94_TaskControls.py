# mended: the document has only the four calls; the coroutine and the tries around them are added
import asyncio

async def coroutine():
    print("coroutine")
    return 42

async def main():
    # 创建一个Task
    task = asyncio.create_task(coroutine())

    # 取消Task
    task.cancel()

    # 等待Task完成
    try:
        await task
    except asyncio.CancelledError:
        print("await: CancelledError")

    # 获取Task的结果
    try:
        result = task.result()
    except asyncio.CancelledError:
        print("result: CancelledError")

    # 没有取消的Task
    task = asyncio.create_task(coroutine())
    await task
    result = task.result()
    print(result)

asyncio.run(main())
