# mended: the document has only the wait() line; the tasks around it are added
import asyncio


async def main():
    aws = [asyncio.create_task(asyncio.sleep(delay, delay)) for delay in (0.1, 0.2, 60)]
    done, pending = await asyncio.wait(aws, timeout=0.6)
    print(sorted(task.result() for task in done), len(pending))
    for task in pending:
        task.cancel()
    done, pending = await asyncio.wait(aws)
    print(len(done), len(pending))
    try:
        await asyncio.wait([])
    except ValueError as e:
        print("ValueError:", e)


asyncio.run(main())
