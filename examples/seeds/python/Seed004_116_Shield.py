# mended: the document has only the await line; the program around it is added
import asyncio
from asyncio import shield


async def something():
    await asyncio.sleep(0.5)
    print("something done")
    return "something"


async def caller():
    res = await shield(something())
    print("not reached", res)


async def main():
    res = await shield(something())
    print(res)

    task = asyncio.create_task(caller())
    await asyncio.sleep(0.1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("caller cancelled")
    await asyncio.sleep(0.6)  # something() was not cancelled with its caller


asyncio.run(main())
