import asyncio


async def async_function():
    return 1


print(asyncio.run(async_function()))  # mended: called, so that it prints
