import asyncio

async def nested():
    return 42

async def main():
    # Schedule nested() to run soon concurrently
    # with "main()".
    # 不会阻塞mian()，会直接往下执行 nested 异步执行
    task = asyncio.create_task(nested())

    # "task" can now be used to cancel "nested()", or
    # can simply be awaited to wait until it is complete:
    print(await task)  # mended: prints the result, and # for // above

asyncio.run(main())
