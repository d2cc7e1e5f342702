import asyncio


# 打印 hello 等待 1s 后打印 python
async def demo1():
    print("hello")
    await asyncio.sleep(1)
    print("python")


asyncio.run(demo1())
