async def async_function():
    return 1

def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as e:
        return e.value

print(run(async_function()))  # mended: called, so that it prints
