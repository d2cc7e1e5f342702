async def async_function():
    return 1

try:
    async_function().send(None)
except StopIteration as e:
    print(e.value)
# 1
