import asyncio
import time

async def say_after(delay, what):
    await asyncio.sleep(delay)
    print(what)

async def main():
    task1 = asyncio.create_task(say_after(1, "hello"))
    task2 = asyncio.create_task(say_after(2, "Python"))
    start_time = time.time()
    await task1
    await task2
    end_time = time.time()
    print(f"耗时: {end_time - start_time}")

asyncio.run(main())
