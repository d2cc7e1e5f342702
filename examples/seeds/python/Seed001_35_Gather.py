import asyncio
import time


# 异步函数1
async def task1(x):
    print("任务1")
    await asyncio.sleep(2)
    print("恢复任务1")
    return x


# 异步函数2
async def task2(x):
    print("任务2")
    await asyncio.sleep(1)
    print("恢复任务2")
    return x


async def main():
    start_time = time.perf_counter()
    res_1, res_2 = await asyncio.gather(task1(1), task2(2))

    print(f"任务1 返回的值是：{res_1}")
    print(f"任务2 返回的值是：{res_2}")
    print(f"运行时间：{time.perf_counter() - start_time} s")


if __name__ == '__main__':
    # 执行协程对象
    asyncio.run(main())
