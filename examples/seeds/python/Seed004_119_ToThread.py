import asyncio
import threading
import time
import atexit

start = time.time()
atexit.register(lambda: print('用时(秒):', time.time()-start))

def hard_work():
    print(f'thread id: {threading.get_ident()}\n', end='')  # mended: one write, so that threads do not mix
    time.sleep(5)

async def do_async_job():
    await asyncio.to_thread(hard_work)
    await asyncio.sleep(1)
    print('job done!')

async def main():
    tasks = []
    for i in range(3):
        tasks.append(asyncio.create_task(do_async_job()))

    await asyncio.wait(tasks)

asyncio.run(main())
