import asyncio


async def async_double(x):
    return 2 * x


print(asyncio.run(async_double(3)))  # mended: called, so that it prints
