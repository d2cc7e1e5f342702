"""gevent's monkey patches: rule V5. A file of its own, because they are for a whole process."""

# requires: gevent

from gevent import monkey

monkey.patch_all()

import functools
import queue
import threading
import time

import gevent
import harness
from gevent import GreenletExit, Timeout
from gevent.event import Event

scenario = functools.partial(harness.scenario, since=(3, 8))


@scenario("V5")
def patched_sleep_cooperates():
    def sleeper(name, seconds):
        print(name, "sleeps")
        time.sleep(seconds)
        print(name, "woke up")

    gevent.joinall([gevent.spawn(sleeper, "a", 1), gevent.spawn(sleeper, "b", 0.01)])


@scenario("V5")
def the_original_sleep_blocks_the_hub():
    def sleeper():
        print("sleeps")
        monkey.get_original("time", "sleep")(0.02)
        print("woke up")

    gevent.joinall([gevent.spawn(sleeper), gevent.spawn(print, "has to wait")])


@scenario("V5")
def patched_queues_cooperate():
    items = queue.Queue(1)

    def producer():
        for i in range(3):
            items.put(i)
        print("all put")

    def consumer():
        for _ in range(3):
            print("got", items.get())
            time.sleep(0.01)

    gevent.joinall([gevent.spawn(consumer), gevent.spawn(producer)])


@scenario("V5")
def patched_locks_cooperate():
    lock = threading.Lock()

    def user(name):
        with lock:
            print(name, "in")
            time.sleep(0.01)
            print(name, "out")

    gevent.joinall([gevent.spawn(user, name) for name in "ab"])


@scenario("V5")
def a_timeout_ends_a_patched_sleep():
    print(gevent.with_timeout(0.01, lambda: time.sleep(1000), timeout_value="over"))
    begun = Event()

    def sleeper():
        begun.set()
        time.sleep(1000)

    g = gevent.spawn(sleeper)
    begun.wait()
    g.kill()
    print(g.ready(), g.successful())


@scenario("V5")
def kills_and_timeouts_arrive_though_earlier_ones_were_swallowed():
    goes_on = Event()

    def stubborn():
        for i in range(3):
            goes_on.set()
            try:
                time.sleep(1000)
            except GreenletExit:
                print("refused", i)
        print(gevent.with_timeout(0.01, lambda: time.sleep(1000), timeout_value="over"))
        goes_on.set()
        time.sleep(1000)

    g = gevent.spawn(stubborn)
    for _ in range(3):
        goes_on.wait()
        goes_on.clear()
        g.kill(block=False)
    goes_on.wait()
    g.kill(timeout=5)
    print(g.ready(), g.successful())


@scenario("V5")
def queries():
    print(monkey.is_module_patched("socket"), monkey.is_module_patched("time"))
    print(monkey.is_module_patched("this"))
