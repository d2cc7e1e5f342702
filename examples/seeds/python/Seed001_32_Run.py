import asyncio
import time


async def func(x):
    print('异步函数...')
    await asyncio.sleep(2)
    return 2 * x


if __name__ == '__main__':
    start_time = time.perf_counter()
    print("开始运行协程")
    coro = func(2)
    asyncio.run(coro)
    print("结束运行协程")
    print(f"运行时间：{time.perf_counter() - start_time} s")
