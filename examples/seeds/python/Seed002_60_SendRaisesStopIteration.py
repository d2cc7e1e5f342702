async def async_function():
    return 1

print(async_function().send(None))
