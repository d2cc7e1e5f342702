import asyncio
import functools

async def a():
    await asyncio.sleep(1)
    return "A"

async def b():
    await asyncio.sleep(1)
    return "B"

loop = asyncio.new_event_loop()  # mended: get_event_loop() without a current loop raises since 3.14
task_a = loop.create_task(a())
task_b = loop.create_task(b())


def callback(future):
    print(f'Result: {future.result()}')

def callback2(future, n):
    print(f'Result: {future.result()}, N: {n}')


task_a.add_done_callback(callback)

task_b.add_done_callback(functools.partial(callback2, n=100))

async def main():
    await asyncio.gather(task_a , task_b)


loop.run_until_complete(main())
