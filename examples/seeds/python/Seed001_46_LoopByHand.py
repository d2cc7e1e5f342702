import asyncio

async def func(x):
    print('异步函数')
    return 2 * x


if __name__ == '__main__':
    loop = asyncio.new_event_loop()  # 定义一个事件循环 # mended: get_event_loop() without a current loop raises since 3.14
    try:
        print("开始运行协程")
        coro = func(2)
        print("进入事件循环")
        loop.run_until_complete(coro)  # 运行协程
    finally:
        print("关闭事件循环")
        loop.close()   # 运行完关闭事件循环
