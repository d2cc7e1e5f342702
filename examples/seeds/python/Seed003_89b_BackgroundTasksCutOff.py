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
    # mended: without the sleep(3), as the comment of the original discusses
    print(f"finished at {time.strftime('%X')}")

asyncio.run(main())
