import asyncio
import time

async def say_after(delay, what):
    await asyncio.sleep(delay)
    print(what)

async def main():
    # task1 和 task2 在后台继续执行
    task1 = asyncio.create_task(say_after(1, "hello"))
    task2 = asyncio.create_task(say_after(2, "world"))
    print(f"started at {time.strftime('%X')}")
    await asyncio.sleep(3)  # 让main函数不要立即结束  没有sleep task1和task2在整个程序退出还没执行
    print(f"finished at {time.strftime('%X')}")

asyncio.run(main())
