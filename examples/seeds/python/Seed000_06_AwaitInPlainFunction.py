async def async_double(x):
    return 2 * x


def print_double(x):
    print(await async_double(x))   # <-- SyntaxError here


print_double(3)  # mended: called
