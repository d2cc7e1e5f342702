import asyncio


async def async_double(x):
    return 2 * x


async def print_double(x):
    print(await async_double(x))   # <-- OK!


asyncio.run(print_double(3))  # mended: called
