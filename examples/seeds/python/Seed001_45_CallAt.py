import asyncio


def callback(n, loop):
    print(f"回调函数 {n} 运行时间点 {loop.time()}")


async def main():
    loop = asyncio.get_running_loop()
    now = loop.time()
    print(f"当前的内部时间：{now}")
    print(f"循环时间：{now}")
    print("注册 callback")
    loop.call_at(now + 0.1, callback, 1, loop)
    loop.call_at(now + 0.2, callback, 2, loop)
    loop.call_soon(callback, 3, loop)
    await asyncio.sleep(1)


if __name__ == '__main__':
    # 执行协程对象
    asyncio.run(main())
