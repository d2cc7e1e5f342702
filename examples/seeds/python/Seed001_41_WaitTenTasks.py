import asyncio


async def num(n):
    print(f"当前的数字是：{n}")
    await asyncio.sleep(n)
    print(f"等待时间：{n}")


async def main():
    tasks = [num(i) for i in range(10)]  # 协程列表
    # await asyncio.gather(*tasks)  # gather 有序并发
    # await asyncio.wait(tasks)     # wait   无序并发

    # wait 新写法，需要传递 Tasks 对象，且这种写法之下也是有序并发了
    await asyncio.wait([asyncio.create_task(task) for task in tasks])


if __name__ == '__main__':
    # 执行协程对象
    asyncio.run(main())
