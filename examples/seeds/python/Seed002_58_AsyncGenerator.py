import asyncio

async def async_generator():
    yield 1

async def main():  # mended: the seed defines it only
    async for value in async_generator():
        print(value)

asyncio.run(main())
