"""gevent: rules V1 to V4. Not called gevent.py, which would hide the module."""

# requires: gevent

import contextlib
import functools

import gevent
import harness
from gevent import GreenletExit, Timeout
from gevent.event import AsyncResult, Event
from gevent.exceptions import LoopExit
from gevent.lock import Semaphore
from gevent.pool import Group, Pool
from gevent.queue import Channel, Empty, Full, Queue
from harness import Oops, attempt, describe

scenario = functools.partial(harness.scenario, since=(3, 8))


@contextlib.contextmanager
def reports():
    """Prints the errors that the hub is left with."""
    hub = gevent.get_hub()
    hub.print_exception = lambda context, kind, value, tb: print("hub:", describe(value))
    try:
        yield
    finally:
        del hub.print_exception


def steps(name, count):
    for i in range(count):
        print(name, i)
        gevent.sleep(0)
    return name


def fail(message):
    raise Oops(message)


def states(g):
    print("ready", g.ready(), "successful", g.successful(), "started", bool(g), "dead", g.dead)


def outcome(g):
    """What it gave, or what it raised, or that it was killed."""
    if not g.ready():
        return "pending"
    if g.exception is not None:
        return describe(g.exception)
    return "killed" if isinstance(g.value, GreenletExit) else repr(g.value)


def hang(name):
    try:
        gevent.sleep(1000)
    except BaseException as exc:
        print(name, "got", describe(exc))
        raise


# ---- V1 --------------------------------------------------------------------------------------


@scenario("V1")
def spawn_does_not_run_the_greenlet():
    g = gevent.spawn(print, "runs")
    print("spawned")
    g.join()
    print("joined")


@scenario("V1")
def greenlets_take_turns_in_the_order_of_spawning():
    gevent.joinall([gevent.spawn(steps, name, 3) for name in "abc"])


@scenario("V1")
def the_main_program_takes_its_turn_like_a_greenlet():
    a = gevent.spawn(steps, "a", 2)
    b = gevent.spawn(steps, "b", 4)
    print("main")
    gevent.sleep(0)
    print("main again")
    a.join()
    print("a has ended")
    gevent.sleep(0)
    print("main once more")
    b.join()
    print("b has ended")


@scenario("V1")
def joiners_run_in_the_order_in_which_they_came():
    def joiner(name, g):
        g.join()
        print(name)

    g = gevent.spawn(steps, "g", 2)
    all = [gevent.spawn(joiner, f"joiner {i}", g) for i in range(3)]
    gevent.joinall(all)
    joiner("late", g)


@scenario("V1")
def get_gives_the_value_or_raises_the_very_error():
    with reports():
        problem = Oops("mine")

        def raiser():
            raise problem

        good = gevent.spawn(lambda: 42)
        bad = gevent.spawn(raiser)
        print(good.get())
        try:
            bad.get()
        except Oops as exc:
            print(exc is problem, exc is bad.exception)
        bad.join()
        print(attempt(bad.get))


@scenario("V1")
def an_error_is_reported_and_stops_nobody_else():
    with reports():
        bad = gevent.spawn(fail, "alone")
        good = gevent.spawn(steps, "good", 2)
        gevent.joinall([bad, good])
        print(outcome(bad), outcome(good))


@scenario("V1")
def states_of_a_greenlet():
    g = gevent.Greenlet(steps, "g", 1)
    states(g)
    g.start()
    states(g)
    gevent.sleep(0)
    states(g)
    g.join()
    states(g)
    print(g.value, g.exception)


@scenario("V1")
def states_of_a_greenlet_that_fails():
    with reports():
        g = gevent.spawn(fail, "oops")
        g.join()
        states(g)
        print(g.value, describe(g.exception))


@scenario("V1")
def starting_twice_runs_once():
    g = gevent.Greenlet(print, "once")
    g.start()
    g.start()
    g.join()
    g.start()
    gevent.sleep(0)


@scenario("V1")
def spawn_later_runs_in_the_order_of_time():
    late = gevent.spawn_later(0.1, print, "late")
    soon = gevent.spawn_later(0.01, print, "soon")
    now = gevent.spawn(print, "now")
    states(soon)
    gevent.joinall([late, soon, now])


@scenario("V1")
def links_are_called_in_order_after_the_end():
    with reports():
        good = gevent.spawn(lambda: 1)
        bad = gevent.spawn(fail, "bad")
        for g, name in ((good, "good"), (bad, "bad")):
            g.link(lambda g, name=name: print(name, "link", outcome(g)))
            g.link_value(lambda g, name=name: print(name, "value", outcome(g)))
            g.link_exception(lambda g, name=name: print(name, "exception", outcome(g)))
        gevent.joinall([good, bad])
        print("joined")
        gevent.sleep(0)
        good.link(lambda g: print("late link", outcome(g)))
        print("linked")
        gevent.sleep(0)
        gevent.sleep(0)


@scenario("V1")
def unlink_takes_a_link_back():
    def link(g):
        print("never")

    g = gevent.spawn(steps, "g", 1)
    g.link(link)
    g.unlink(link)
    g.unlink(link)
    g.join()
    gevent.sleep(0)


@scenario("V1")
def an_early_link_takes_back_a_later_one():
    def early(g):
        print("early")
        g.unlink(later)

    def later(g):
        print("never")

    g = gevent.spawn(steps, "g", 1)
    g.link(early)
    g.link(later)
    g.join()
    gevent.sleep(0)


@scenario("V1")
def a_link_may_wait_and_may_fail():
    with reports():

        ended = Event()

        def waits(g):
            print("link begins")
            gevent.sleep(0.01)
            print("link ends")
            ended.set()

        g = gevent.spawn(print, "g")
        g.link(waits)
        g.link(lambda g: fail("in a link"))
        g.link(lambda g: print("last link"))
        ended.wait()


@scenario("V1")
def idle_waits_until_nobody_is_ready():
    g = gevent.spawn(steps, "g", 4)
    gevent.idle()
    print("idle")
    g.join()


@scenario("V1")
def greenlets_start_greenlets():
    def parent():
        child = gevent.spawn(steps, "child", 2)
        print("parent waits")
        print("parent got", child.get())
        return "parent"

    print(gevent.spawn(parent).get())


# ---- V2 --------------------------------------------------------------------------------------


@scenario("V2")
def kill_raises_where_the_greenlet_waits():
    g = gevent.spawn(hang, "g")
    gevent.sleep(0)
    g.kill()
    print("killed")
    states(g)
    print(outcome(g), g.exception)


@scenario("V2")
def kill_before_the_start_runs_nothing():
    for start in (
        gevent.spawn,
        functools.partial(gevent.spawn_later, 0.001),
        gevent.Greenlet,
    ):
        victim = start(print, "never")
        victim.link(lambda g: print("link", outcome(g)))
        victim.kill()
        states(victim)
        print(outcome(victim))
        victim.start()
    gevent.sleep(0.01)


@scenario("V2")
def kill_with_another_error_is_a_failure():
    with reports():
        g = gevent.spawn(hang, "g")
        unstarted = gevent.spawn(print, "never")
        unstarted.kill(Oops("early"))
        print(outcome(unstarted), unstarted.successful())
        gevent.sleep(0)
        g.kill(Oops("on purpose"))
        print(outcome(g), g.successful())


@scenario("V2")
def a_greenlet_may_refuse_to_be_killed():
    def stubborn():
        try:
            gevent.sleep(1000)
        except GreenletExit:
            print("not me")
        gevent.sleep(0.01)
        return "done"

    g = gevent.spawn(stubborn)
    gevent.sleep(0)
    g.kill()
    print(outcome(g))


@scenario("V2")
def kill_without_waiting():
    g = gevent.spawn(hang, "g")
    gevent.sleep(0)
    g.kill(block=False)
    print("not yet", outcome(g))
    gevent.sleep(0)
    print("now", outcome(g))
    gevent.kill(g)
    g.kill()
    print("dead already")


@scenario("V2")
def kill_arrives_after_what_the_greenlet_was_woken_with():
    def receiver():
        print("received", queue.get())
        gevent.sleep(0)
        print("never")

    queue = Queue()
    g = gevent.spawn(receiver)
    gevent.sleep(0)
    queue.put("item")
    g.kill()
    print(outcome(g))


@scenario("V2")
def a_greenlet_may_kill_itself():
    def suicidal():
        try:
            gevent.getcurrent().kill()
        finally:
            print("cleaned up")

    g = gevent.spawn(suicidal)
    g.join()
    print(outcome(g))


@scenario("V2")
def a_raised_exit_is_a_success():
    def leaves():
        raise GreenletExit("bye")

    g = gevent.spawn(leaves)
    g.join()
    print(g.successful(), outcome(g), g.exception)


@scenario("V2")
def killall_ends_all_and_starts_none():
    running = [gevent.spawn(hang, f"g{i}") for i in range(2)]
    gevent.sleep(0)
    fresh = gevent.spawn(print, "never")
    gevent.killall(running + [fresh])
    print([outcome(g) for g in running + [fresh]])
    gevent.killall(running)


@scenario("V2")
def killall_may_not_wait():
    running = [gevent.spawn(hang, f"g{i}") for i in range(2)]
    gevent.sleep(0)
    gevent.killall(running, block=False)
    print([outcome(g) for g in running])
    gevent.joinall(running)
    print([outcome(g) for g in running])


@scenario("V2")
def kill_of_a_greenlet_that_joins_leaves_the_joined_one_alone():
    g = gevent.spawn(steps, "g", 3)
    joiner = gevent.spawn(g.join)
    gevent.sleep(0)
    joiner.kill()
    print(outcome(joiner), outcome(g))
    g.join()
    print(outcome(g))


# ---- V3 --------------------------------------------------------------------------------------


@scenario("V3")
def a_timeout_raises_itself():
    timeout = Timeout(0.01)
    timeout.start()
    print(timeout.pending)
    try:
        gevent.sleep(1000)
    except Timeout as exc:
        print(exc is timeout, describe(exc), timeout.pending)
    finally:
        timeout.close()
    print(isinstance(timeout, Exception))


@scenario("V3")
def a_timeout_that_is_cancelled_does_nothing():
    timeout = Timeout.start_new(0.001)
    timeout.cancel()
    print(timeout.pending)
    gevent.sleep(0.01)
    with Timeout(1000) as timeout:
        print("pending", timeout.pending)
    print("pending", timeout.pending)


@scenario("V3")
def a_silent_timeout_goes_on_after_the_block():
    with Timeout(0.01, False):
        gevent.sleep(1000)
        print("never")
    print("after")
    with Timeout(1000, False):
        print("in time")


@scenario("V3")
def nested_timeouts_are_told_apart_by_identity():
    def nested(outer_seconds, inner_seconds):
        outer = Timeout(outer_seconds)
        inner = Timeout(inner_seconds)
        try:
            outer.start()
            try:
                inner.start()
                gevent.sleep(1000)
            except Timeout as exc:
                print("inside:", "inner" if exc is inner else "outer")
                if exc is not inner:
                    raise
            finally:
                inner.close()
        except Timeout as exc:
            print("outside:", exc is outer)
        finally:
            outer.close()

    nested(1000, 0.01)
    nested(0.01, 1000)


@scenario("V3")
def a_silent_timeout_lets_another_one_pass():
    with Timeout(0.01) as outer:
        try:
            with Timeout(1000, False):
                gevent.sleep(1000)
        except Timeout as exc:
            print(exc is outer)


@scenario("V3")
def a_timeout_may_raise_something_else():
    with reports():

        def work():
            with Timeout(0.01, Oops("too slow")):
                gevent.sleep(1000)

        g = gevent.spawn(work)
        g.join()
        print(outcome(g))


@scenario("V3")
def a_timeout_is_for_the_greenlet_that_started_it():
    def limited():
        with Timeout(0.01, False):
            gevent.sleep(1000)
        print("limited goes on")

    def other():
        gevent.sleep(0.2)
        print("other is not disturbed")

    gevent.joinall([gevent.spawn(limited), gevent.spawn(other)])


@scenario("V3")
def with_timeout_gives_the_value_in_its_place():
    print(gevent.with_timeout(1000, lambda: "in time", timeout_value="late"))
    print(gevent.with_timeout(0.01, gevent.sleep, 1000, timeout_value="late"))
    print(attempt(lambda: gevent.with_timeout(0.01, gevent.sleep, 1000)))


@scenario("V3")
def waits_with_a_timeout():
    g = gevent.spawn(hang, "g")
    g.join(0.01)
    print(outcome(g))
    print(attempt(lambda: g.get(timeout=0.01)))
    print(attempt(lambda: g.get(block=False)))
    print(Event().wait(0.01))
    print(attempt(lambda: AsyncResult().get(timeout=0.01)))
    print(AsyncResult().wait(0.01))
    print(Semaphore(0).acquire(timeout=0.01))
    g.kill()


# ---- V4 --------------------------------------------------------------------------------------


@scenario("V4")
def joinall_gives_those_that_have_ended_in_this_order():
    go = Event()
    slow = gevent.spawn(lambda: (go.wait(), "slow")[1])
    quick = gevent.spawn(lambda: (gevent.sleep(0.01), go.set(), "quick")[2])
    instant = gevent.spawn(lambda: "instant")
    print([g.value for g in gevent.joinall([slow, quick, instant])])
    print([g.value for g in gevent.joinall([slow, quick])])
    print(gevent.joinall([]))


@scenario("V4")
def joinall_with_a_timeout_or_a_count():
    never = Event()
    greenlets = [gevent.spawn(never.wait), gevent.spawn(lambda: 1), gevent.spawn(never.wait)]
    print([g.value for g in gevent.joinall(greenlets, timeout=0.1)])
    gevent.killall(greenlets)
    greenlets = [gevent.spawn(lambda s=s: (gevent.sleep(s), s)[1]) for s in (1000, 0.01, 0.02)]
    print([g.value for g in gevent.joinall(greenlets, count=2)])
    print([g.value for g in gevent.joinall(greenlets, count=0)])
    gevent.killall(greenlets)


@scenario("V4")
def joinall_raises_an_error_if_asked():
    with reports():

        def all():
            return [gevent.spawn(steps, "good", 2), gevent.spawn(fail, "bad")]

        print(*[outcome(g) for g in gevent.joinall(all())])
        print(attempt(lambda: gevent.joinall(all(), raise_error=True)))
        gevent.sleep(0)
        gevent.sleep(0)


@scenario("V4")
def iwait_gives_objects_as_they_get_ready():
    greenlets = {gevent.spawn(gevent.sleep, s): s for s in (0.15, 0.01, 0.08)}
    for g in gevent.iwait(list(greenlets)):
        print(greenlets[g])


def counter(name, count):
    for i in range(count):
        print(name, i)
        gevent.sleep(0)


def take_all(greenlets):
    for g in gevent.iwait(greenlets):
        print("got", g.value)
    print("end")


@scenario("V4")
def iwait_in_a_greenlet_takes_one_turn_for_those_that_end_together():
    taker = gevent.spawn(lambda: take_all([gevent.spawn(echo, i) for i in range(3)]))
    gevent.joinall([taker, gevent.spawn(counter, "other", 5)])


@scenario("V4")
def iwait_in_the_main_program_takes_one_turn_for_those_that_end_together():
    other = gevent.spawn(counter, "other", 5)
    take_all([gevent.spawn(echo, i) for i in range(3)])
    other.join()


@scenario("V4")
def iwait_for_those_that_have_ended_takes_one_turn():
    ended = [gevent.spawn(echo, i) for i in range(3)]
    gevent.sleep(0)
    taker = gevent.spawn(take_all, ended)
    other = gevent.spawn(counter, "other", 5)
    gevent.joinall([taker, other])
    other = gevent.spawn(counter, "other", 3)
    take_all(ended)
    other.join()


def echo(value):
    print("ends", value)
    return value


@scenario("V4")
def wait_takes_events_and_results_too():
    event = Event()
    result = AsyncResult()
    g = gevent.spawn(lambda: None)
    gevent.spawn_later(0.01, event.set)
    gevent.spawn_later(0.1, result.set, 1)
    names = {event: "event", result: "result", g: "greenlet"}
    print([names[o] for o in gevent.wait([result, event, g])])
    print(gevent.wait([Event()], timeout=0.01))


@scenario("V4")
def waiting_for_nothing_is_told_and_the_hub_goes_on():
    event = Event()
    g = gevent.spawn(event.wait)
    try:
        g.join()
    except LoopExit as exc:
        print(str(exc).splitlines()[0].replace("'", "").removeprefix("("))
    print(outcome(g))
    event.set()
    g.join()
    print(outcome(g))


@scenario("V4")
def waiting_for_everybody_ends_when_nothing_can_happen():
    gevent.spawn(steps, "g", 2)
    gevent.spawn_later(0.01, print, "later")
    hanging = gevent.spawn(Event().wait)
    print(gevent.wait(timeout=10))
    print(outcome(hanging))
    gevent.spawn_later(0.2, print, "too late")
    print(gevent.wait(timeout=0.01))
    gevent.sleep(0.3)
    hanging.kill()


# ---- 1.9: events, locks, queues, pools ---------------------------------------------------------


@scenario("1.9")
def an_event_wakes_all_in_order():
    event = Event()

    def waiter(name):
        print(name, event.wait())

    all = [gevent.spawn(waiter, f"w{i}") for i in range(3)]
    gevent.sleep(0)
    event.set()
    event.clear()
    print("set and cleared", event.is_set())
    gevent.joinall(all)
    event.set()
    print(event.wait(), event.ready())


@scenario("1.9")
def an_async_result_has_a_value_or_an_error():
    result = AsyncResult()
    print(result.ready(), result.successful(), result.value, result.exception)
    getter = gevent.spawn(lambda: print("got", result.get()))
    gevent.spawn(result.set, 1)
    getter.join()
    print(result.ready(), result.successful(), result.value)
    result = AsyncResult()
    result.set_exception(Oops("stored"))
    print(attempt(result.get), result.wait(), result.successful(), describe(result.exception))
    print(attempt(AsyncResult().get_nowait))


@scenario("1.9")
def an_async_result_takes_the_outcome_of_a_greenlet():
    with reports():
        good, bad = AsyncResult(), AsyncResult()
        gevent.spawn(lambda: 1).link(good)
        gevent.spawn(fail, "passed on").link(bad)
        print(good.get(), attempt(bad.get))


@scenario("1.9")
def a_semaphore_serves_in_order():
    semaphore = Semaphore(2)

    def user(name):
        with semaphore:
            print(name, "in")
            gevent.sleep(0)
            print(name, "out")

    gevent.joinall([gevent.spawn(user, name) for name in "abcd"])
    print(semaphore.counter, semaphore.locked(), semaphore.acquire(blocking=False))


@scenario("1.9")
def a_queue_hands_items_over_in_order():
    queue = Queue(2)

    def producer():
        for i in range(4):
            queue.put(i)

    def consumer():
        for _ in range(4):
            print("got", queue.get())

    gevent.joinall([gevent.spawn(producer), gevent.spawn(consumer)])
    print(queue.empty(), queue.full(), queue.qsize())
    for call in (queue.get_nowait, lambda: queue.get(timeout=0.01)):
        try:
            call()
        except Empty:
            print("empty")
    queue.put(1)
    queue.put(2)
    for call in (lambda: queue.put_nowait(3), lambda: queue.put(3, timeout=0.01)):
        try:
            call()
        except Full:
            print("full", queue.qsize())


@scenario("1.9")
def a_channel_hands_items_from_hand_to_hand():
    channel = Channel()

    def producer():
        for i in range(2):
            channel.put(i)

    g = gevent.spawn(producer)
    gevent.sleep(0)
    print("main gets")
    print("got", channel.get())
    print("got", channel.get())
    g.join()


@scenario("1.9")
def map_and_its_kin():
    def work(seconds):
        gevent.sleep(seconds)
        return seconds

    times = [0.15, 0.01, 0.08]
    for group in (Group(), Pool(3)):
        print(group.map(work, times))
        print(list(group.imap(work, times)))
        print(list(group.imap_unordered(work, times)))
        print(group.apply(work, (0.01,)), len(group))


@scenario("1.9")
def imap_raises_where_the_error_belongs():
    with reports():

        def work(i):
            if i == 1:
                raise Oops("one")
            return i

        results = iter(Group().imap(work, range(3)))
        for _ in range(3):
            print(attempt(lambda: next(results)))


@scenario("1.9")
def a_full_pool_lets_spawn_wait():
    pool = Pool(2)

    def work(name, seconds):
        print(name, "begins")
        gevent.sleep(seconds)
        print(name, "ends")

    for name, seconds in (("a", 0.01), ("b", 0.5), ("c", 0.01)):
        pool.spawn(work, name, seconds)
        print("spawned", name, "free", pool.free_count(), pool.full())
    pool.join()
    print("free", pool.free_count(), pool.full())


@scenario("1.9")
def a_group_keeps_those_that_have_not_ended():
    group = Group()
    a = group.spawn(steps, "a", 1)
    b = group.spawn(hang, "b")
    print(len(group), a in group)
    a.join()
    gevent.sleep(0)
    print(len(group), a in group)
    group.kill()
    print(len(group), outcome(b))
    print(group.join())
    group.add(gevent.spawn(gevent.sleep, 1000))
    print(group.join(timeout=0.01), len(group))
    group.kill()


@scenario("1.9")
def a_group_raises_an_error_if_asked():
    with reports():
        group = Group()
        group.spawn(fail, "member")
        print(attempt(lambda: group.join(raise_error=True)))


@scenario("1.9")
def apply_inside_a_full_pool_runs_at_once():
    pool = Pool(1)
    print(pool.apply(lambda: pool.apply(lambda: "inner")))
