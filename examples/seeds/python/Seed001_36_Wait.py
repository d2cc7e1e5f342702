import asyncio
import time


# 异步函数1
async def task1(x):
    print("任务1")
    await asyncio.sleep(2)
    print("恢复任务1")
    return x


# 异步函数2
async def task2(x):
    print("任务2")
    await asyncio.sleep(1)
    print("恢复任务2")
    return x


async def main():
    start_time = time.perf_counter()
    # 参考 wait() 源码中的注释，需要把协程对象变成 Tasks 对象（3.8 之前会自动生成为 Tasks 对象）
    # 如果直接把协程对象传给 wait() 方法，Python3.8 会警告，Python3.11 会报错
    tasks = [
        asyncio.create_task(task1(1)),
        asyncio.create_task(task2(2))
    ]
    done, pending = await asyncio.wait(tasks)
    print(done)
    print(pending)

    print("运行时间", time.perf_counter() - start_time)


if __name__ == '__main__':
    # 执行协程对象
    asyncio.run(main())
