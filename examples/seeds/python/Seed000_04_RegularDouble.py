def regular_double(x):
    return 2 * x


print(regular_double(3))  # mended: called, so that it prints
