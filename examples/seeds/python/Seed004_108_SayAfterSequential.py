# 等待 1 秒后打印 "hello"，然后 再次 等待 2 秒后打印 "world"
import asyncio
import time

async def say_after(delay, what):
    await asyncio.sleep(delay)
    print(what)

async def main():
    start_time = time.time()

    await say_after(1, 'hello')
    await say_after(2, 'world')

    end_time = time.time()
    print(f"耗时: {end_time - start_time}")

asyncio.run(main())
