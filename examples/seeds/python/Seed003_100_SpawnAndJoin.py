import gevent
from gevent import monkey

# 这一过程在启动时通过monkey patch完成
monkey.patch_all()

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import ProxyHandler, build_opener  # mended: in place of requests, which is not in the standard library


# mended: a local server in place of www.baidu.com
class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
threading.Thread(target=server.serve_forever, daemon=True).start()


def get():
    return build_opener(ProxyHandler({})).open(f'http://127.0.0.1:{server.server_port}/')


def func_a():
    print('-------A-------')
    ret = get()
    print(ret.status)
    print('-------A1-------')


def func_b():
    print('-------B-------')
    ret = get()
    print(ret.status)
    print('-------B1-------')


g1 = gevent.spawn(func_a)  # 创建一个协程
g2 = gevent.spawn(func_b)
g1.join()  # 等待协程执行结束
g2.join()
