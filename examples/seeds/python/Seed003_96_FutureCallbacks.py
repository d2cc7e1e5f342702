# mended: the document has only the four calls; the program around them is added
import asyncio

def callback(future):
    print("callback", future.result())

async def main():
    # 创建一个Future
    future = asyncio.Future()

    # 添加回调函数
    future.add_done_callback(callback)

    # 设置Future的结果
    future.set_result("Hello, world!")

    # 获取Future的结果
    result = future.result()
    print(result)
    await asyncio.sleep(0)  # the callback runs in the next iteration

asyncio.run(main())
