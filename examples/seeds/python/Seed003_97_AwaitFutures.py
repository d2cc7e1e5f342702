# mended: the document has only main(); the two functions and the prints are added
import asyncio

def function_that_returns_a_future_object():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_later(0.1, future.set_result, "future")
    return future

async def some_python_coroutine():
    await asyncio.sleep(0.1)
    return "coroutine"

async def main():
    print(await function_that_returns_a_future_object())

    # this is also valid:
    print(await asyncio.gather(
        function_that_returns_a_future_object(),
        some_python_coroutine()
    ))

asyncio.run(main())
