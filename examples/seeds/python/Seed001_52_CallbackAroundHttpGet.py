import asyncio
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import ProxyHandler, build_opener  # mended: in place of requests, which is not in the standard library


# mended: a local server in place of www.baidu.com
class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Page)
threading.Thread(target=server.serve_forever, daemon=True).start()


async def request_html():
    url = f'http://127.0.0.1:{server.server_port}/'
    res = build_opener(ProxyHandler({})).open(url)  # no proxy here either
    return res.status


def callback(task):
    print('回调：', task.result())


if __name__ == '__main__':
    # 定义一个事件循环
    loop = asyncio.new_event_loop()  # mended: get_event_loop() without a current loop raises since 3.14

    coroutine = request_html()
    task = loop.create_task(coroutine)
    # 绑定回调
    task.add_done_callback(callback)
    print(task)
    print("*" * 100)

    # 运行协程
    loop.run_until_complete(task)
    print(task)

    # 关闭事件循环
    loop.close()
