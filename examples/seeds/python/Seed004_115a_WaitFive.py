import asyncio
from datetime import datetime, timedelta, timezone

def current_time():
    # 获取当前时间
    # mended: datetime in place of arrow, which is not in the standard library
    cur_time = datetime.now(timezone(timedelta(hours=8))).strftime('%Y-%m-%d %H:%M:%S')
    return cur_time

async def func(sleep_time):
    func_name_suffix = sleep_time     # 使用 sleep_time（函数 I/O 等待时长）作为函数名后缀，以区分任务对象
    print(f"[{current_time()}] 执行异步函数 {func.__name__}-{func_name_suffix}")
    await asyncio.sleep(sleep_time)
    print(f"[{current_time()}] 函数 {func.__name__}-{func_name_suffix} 执行完毕")
    return f"【[{current_time()}] 得到函数 {func.__name__}-{func_name_suffix} 执行结果】"

async def run():
    task_list = []
    for i in range(5):
        task = asyncio.create_task(func(i))
        task_list.append(task)

    # asyncio.gather 返回的是所有已完成 Task 的 result
    # results = await asyncio.gather(*task_list)
    # for result in results:
    #     print(f"[{current_time()}] 得到执行结果 {result}")

    # asyncio.wait 会返回两个值：done 和 pending
    done, pending = await asyncio.wait(task_list)
    for result in done:
        print(f"[{current_time()}] 得到执行结果 {result.result()}")

asyncio.run(run())
