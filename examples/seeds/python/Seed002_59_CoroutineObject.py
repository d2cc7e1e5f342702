async def async_function():
    return 1

print(async_function())
# <coroutine object async_function at 0x102ff67d8>
