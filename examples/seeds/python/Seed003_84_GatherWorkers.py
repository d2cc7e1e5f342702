import asyncio

async def do_work(task_name, duration):
    print(f"Task {task_name} started...")
    await asyncio.sleep(duration)
    print(f"Task {task_name} finished.")

async def main():
    tasks = [
        do_work("A", 3),
        do_work("B", 2),
        do_work("C", 1)
    ]
    # 等待几个任务执行完
    await asyncio.gather(*tasks)

# 创建一个事件event_loop
loop = asyncio.new_event_loop()  # mended: get_event_loop() without a current loop raises since 3.14
# 将协程加入到event_loop中，并运行
loop.run_until_complete(main())
