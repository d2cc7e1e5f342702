# mended: the document has only the wait() line; the tasks around it are added
import asyncio


async def fail():
    await asyncio.sleep(0.5)
    raise ValueError("任务崩溃")


async def main():
    tasks = [
        asyncio.create_task(asyncio.sleep(0.1, "快")),
        asyncio.create_task(fail()),
        asyncio.create_task(asyncio.sleep(60, "慢")),
    ]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.tasks.FIRST_COMPLETED)
    print(len(done), len(pending))
    done, pending = await asyncio.wait(tasks, return_when=asyncio.tasks.FIRST_EXCEPTION)
    print(len(done), len(pending))
    print([str(task.exception()) for task in tasks[:2]])
    tasks[2].cancel()
    done, pending = await asyncio.wait(tasks, return_when=asyncio.tasks.ALL_COMPLETED)
    print(len(done), len(pending), tasks[2].cancelled())


asyncio.run(main())
