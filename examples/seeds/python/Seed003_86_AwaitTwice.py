# mended: the prompts of the interactive session are taken off
import asyncio
import time

async def say_after(delay, what):
    await asyncio.sleep(delay)
    print(what)

async def main():
    print(f"started at {time.strftime('%X')}")
    await say_after(1,"hello") # 还是阻塞了
    await say_after(2,"world")
    print(f"finished at {time.strftime('%X')}")

asyncio.run(main())
