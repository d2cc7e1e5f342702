import asyncio

async def func2():
    print(1111)
    await asyncio.sleep(2)
    print(2222)
    return "test"

# mended: wait() refuses coroutines since 3.11, and tasks need a running loop
async def main():
    tasks = [asyncio.create_task(func2()), asyncio.create_task(func2())]
    return await asyncio.wait(tasks)

x, y = asyncio.run(main())
print(x)
print(y)
