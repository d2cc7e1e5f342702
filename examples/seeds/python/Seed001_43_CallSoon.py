import asyncio
import functools


def callback(args, *, kwargs="default"):
    print(f"普通函数做为回调函数，获取参数：{args}，{kwargs}")


async def main():
    loop = asyncio.get_running_loop()
    print("注册 callback")
    loop.call_soon(callback, 1)
    wrapped = functools.partial(callback, kwargs="not default")
    loop.call_soon(wrapped, 2)
    await asyncio.sleep(0.2)


if __name__ == '__main__':
    # 执行协程对象
    asyncio.run(main())
