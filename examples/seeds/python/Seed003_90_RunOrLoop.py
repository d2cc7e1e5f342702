import asyncio

async def coro():
    # 协程的实际逻辑
    print("协程的实际逻辑")  # mended: prints in place of pass

# 使用 asyncio.run() 运行协程作为主程序入口点
asyncio.run(coro())


import asyncio

async def main():
    # 协程的实际逻辑
    print("协程的实际逻辑")  # mended: prints in place of pass

# 创建一个事件循环
loop = asyncio.new_event_loop()  # mended: get_event_loop() without a current loop raises since 3.14

# 将协程加入到事件循环中，并运行
loop.run_until_complete(main())
