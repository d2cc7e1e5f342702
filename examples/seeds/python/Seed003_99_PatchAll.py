import time
import gevent
from gevent import monkey

# 这一过程在启动时通过monkey patch完成
monkey.patch_all()


def func_a():
    print('-------A-------')
    time.sleep(0.5)  # mended: 5 seconds, commented out, in the document
    print('-------A1-------')


def func_b():
    print('-------B-------')
    time.sleep(0.5)
    print('-------B1-------')


g1 = gevent.spawn(func_a)  # 创建一个协程
g2 = gevent.spawn(func_b)
g1.join()  # 等待协程执行结束
g2.join()
