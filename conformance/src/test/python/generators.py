"""Generators: rules C3 and C6."""

import inspect

from harness import *


def gen_state(generator):
    return inspect.getgeneratorstate(generator).removeprefix("GEN_")


def numbers(n):
    for i in range(n):
        yield i


def echoing():
    got = yield "ready"
    while got is not None:
        got = yield "got " + got
    return "end"


def cleaning_up(name):
    try:
        yield name + " 1"
        yield name + " 2"
    except GeneratorExit:
        print(name, "exit")
        raise
    finally:
        print(name, "finally")


@scenario("C6")
def a_generator_runs_between_items():
    def work():
        print("begin")
        yield 1
        print("between")
        yield 2
        print("end")

    g = work()
    print("made")
    for item in g:
        print("item", item)


@scenario("C6")
def a_generator_is_iterated_once():
    g = numbers(3)
    print(list(g))
    print(list(g))
    print(attempt(lambda: next(g)))


@scenario("C6")
def states_of_a_generator():
    def work():
        print(gen_state(g))
        yield

    g = work()
    print(gen_state(g))
    next(g)
    print(gen_state(g))
    g.close()
    print(gen_state(g))


@scenario("C6")
def send_is_what_yield_gives():
    g = echoing()
    print(attempt(lambda: g.send("too early")))
    print(next(g))
    print(g.send("a"))
    print(g.send("b"))
    print(attempt(lambda: next(g)))
    print(attempt(lambda: next(g)))
    print(attempt(lambda: g.send("too late")))


@scenario("C6")
def throw_raises_at_the_yield():
    def work():
        try:
            yield 1
        except Oops as exc:
            print("caught", describe(exc))
        yield 2

    g = work()
    next(g)
    print(g.throw(Oops("a")))
    print(attempt(lambda: g.throw(Oops("b"))))
    print(attempt(lambda: next(g)))
    print(attempt(lambda: g.throw(Oops("c"))))


@scenario("C6")
def throw_before_the_beginning_ends_it():
    g = numbers(3)
    print(attempt(lambda: g.throw(Oops("x"))))
    print(gen_state(g), list(g))


@scenario("C6")
def throw_that_is_answered_by_a_return():
    def work():
        try:
            yield 1
        except Oops:
            return "returned"

    g = work()
    next(g)
    print(attempt(lambda: g.throw(Oops("x"))))


@scenario("C6")
def an_error_ends_a_generator():
    def work():
        yield 1
        raise Oops("x")

    g = work()
    print(attempt(lambda: next(g)))
    print(attempt(lambda: next(g)))
    print(attempt(lambda: next(g)))
    print(gen_state(g))


@scenario("C6")
def close_raises_generator_exit_at_the_yield():
    g = cleaning_up("g")
    print(next(g))
    g.close()
    print(gen_state(g))
    g.close()
    print(attempt(lambda: next(g)))


@scenario("C6")
def close_before_the_beginning_runs_nothing():
    g = cleaning_up("g")
    g.close()
    print(gen_state(g))


@scenario("C6")
def a_generator_may_not_ignore_close():
    def work():
        try:
            yield 1
        except GeneratorExit:
            yield 2
        yield 3

    g = work()
    next(g)
    print(attempt(g.close))
    print(next(g))


@scenario("C6")
def close_passes_on_another_error():
    def work():
        try:
            yield 1
        finally:
            raise Oops("x")

    g = work()
    next(g)
    print(attempt(g.close))
    print(gen_state(g))


@scenario("C6")
def a_generator_cannot_resume_itself():
    def work():
        try:
            next(g)
        except ValueError as exc:
            print(exc)
        yield 1

    g = work()
    print(next(g))


@scenario("C3")
def stop_iteration_may_not_leave_a_generator():
    def work():
        yield 1
        raise StopIteration("x")

    g = work()
    next(g)
    try:
        next(g)
    except RuntimeError as exc:
        print(describe(exc), "| cause", kind(exc.__cause__))


@scenario("C3")
def next_on_an_exhausted_generator_inside_a_generator():
    def work():
        inner = numbers(1)
        while True:
            yield next(inner)

    g = work()
    print(next(g))
    print(attempt(lambda: next(g)))


@scenario("C6")
def yield_from_takes_anything_with_items():
    def work(*args):
        for item in args:
            yield from item

    print(list(work("ABC", [1, 2], {"name": "x"}, numbers(3))))


@scenario("C6")
def yield_from_gives_what_the_generator_returns():
    def inner():
        yield 1
        return "value"

    def outer():
        print("inner returned", (yield from inner()))
        print("list returned", (yield from [2]))

    print(list(outer()))


@scenario("C6")
def yield_from_forwards_send():
    def outer():
        print("inner returned", (yield from echoing()))
        return "outer end"

    g = outer()
    print(next(g))
    print(g.send("a"))
    print(attempt(lambda: next(g)))


@scenario("C6")
def yield_from_forwards_send_to_one_that_was_begun():
    inner = echoing()
    print(next(inner))

    def outer():
        return (yield from inner)

    g = outer()
    print(attempt(lambda: next(g)))
    print(attempt(lambda: next(g)))


@scenario("C6")
def yield_from_forwards_throw():
    def inner():
        try:
            yield 1
        except Oops as exc:
            print("inner caught", describe(exc))
        yield 2

    def outer():
        try:
            yield from inner()
        except Oops as exc:
            print("outer caught", describe(exc))
        yield 3

    g = outer()
    next(g)
    print(g.throw(Oops("a")))
    print(g.throw(Oops("b")))
    print(attempt(lambda: g.throw(Oops("c"))))


@scenario("C6")
def yield_from_forwards_close():
    def outer():
        try:
            yield from cleaning_up("inner")
        except GeneratorExit:
            print("outer exit")
            raise

    g = outer()
    print(next(g))
    g.close()
    print(gen_state(g))


@scenario("C6")
def yield_from_forwards_close_to_one_that_was_begun():
    inner = cleaning_up("inner")
    print(next(inner))

    def outer():
        try:
            yield from inner
        except GeneratorExit:
            print("outer exit")
            raise

    g = outer()
    print(next(g))
    g.close()
    print(gen_state(g), gen_state(inner))


@scenario("C6")
def yield_from_one_that_swallows_the_exit():
    def inner():
        try:
            yield 1
        except GeneratorExit:
            print("swallowed")

    def outer():
        try:
            yield from inner()
            print("never")
        except GeneratorExit:
            print("outer exit")
            raise

    g = outer()
    next(g)
    print(attempt(g.close))


@scenario("C6")
def yield_from_one_that_ignores_the_exit():
    def inner():
        try:
            yield 1
        except GeneratorExit:
            yield 2

    def outer():
        try:
            yield from inner()
        except RuntimeError as exc:
            print(describe(exc))

    g = outer()
    next(g)
    print(attempt(g.close))
    print(gen_state(g))


@scenario("C6")
def yield_from_itself_is_an_error():
    def work():
        yield from g

    g = work()
    try:
        next(g)
    except ValueError as exc:
        print(exc)


@scenario("C6")
def two_generators_share_a_third():
    shared = numbers(5)

    def part():
        yield from shared

    a, b = part(), part()
    print(next(a), next(b), next(shared), next(a), next(b))
    print(list(b), list(a), gen_state(shared))


@scenario("C6")
def a_shared_generator_ended_by_another():
    def inner():
        yield 1
        return "value"

    shared = inner()

    def outer():
        print("inner returned", (yield from shared))
        yield 2

    g = outer()
    print(next(g))
    print(attempt(lambda: next(shared)))
    print(gen_state(g))
    print(next(g))


@scenario("C6")
def deep_delegation():
    def walk(depth):
        yield depth
        if depth > 0:
            yield from walk(depth - 1)
        yield -depth

    items = list(walk(100))
    print(len(items), items[0], items[100], items[101], items[-1], sum(items))


@scenario("C6")
def a_task_iterates_like_anybody():
    async def main():
        g = echoing()
        print(next(g))
        await asyncio.sleep(0)
        print(g.send("a"))
        g.close()
        print([i for i in numbers(4)])

    asyncio.run(main())
