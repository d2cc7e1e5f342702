import asyncio


def callback(args, *, kwargs="default"):
    print(f"普通函数做为回调函数，获取参数：{args}，{kwargs}")


async def main():
    loop = asyncio.get_running_loop()
    print("注册 callback")
    loop.call_later(0.2, callback, 1)
    loop.call_later(0.1, callback, 2)
    loop.call_soon(callback, 3)
    await asyncio.sleep(0.4)


if __name__ == '__main__':
    # 执行协程对象
    asyncio.run(main())
