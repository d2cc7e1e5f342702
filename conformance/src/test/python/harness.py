"""What the scenarios share. The Java twins are Trace.java and Helpers.java."""

import asyncio
import contextlib
import gc
import inspect
import logging
import re
import time
import types
import warnings
from typing import Callable, NamedTuple


class Scenario(NamedTuple):
    name: str
    rule: str
    body: Callable[[], None]
    since: tuple[int, int]
    expected: str


SCENARIOS: list[Scenario] = []


def scenario(rule, since=(3, 13), expected=""):
    """Registers a scenario of a rule.

    A rule that CPython has only `since` a later version brings its `expected` output along, which
    stands in for the real one until such a CPython runs it.
    """

    def register(body):
        SCENARIOS.append(Scenario(body.__name__, rule, body, since, expected))
        return body

    return register


# ---- printing --------------------------------------------------------------------------------


class Overdue(BaseException):
    """A scenario has taken too long."""


class Oops(Exception):
    """The error that scenarios raise."""


def kind(exc):
    """The name of an exception's class; TypeError and ValueError are one kind, and so are those of
    broken connections."""
    if isinstance(exc, BaseExceptionGroup):
        return "ExceptionGroup"
    if isinstance(exc, ConnectionError):
        return "OSError"
    if isinstance(exc, (TypeError, ValueError)):
        return "BadArgument"
    return type(exc).__name__


def describe(exc):
    """Kind and message; of a group also the members."""
    if isinstance(exc, BaseExceptionGroup):
        members = ", ".join(describe(member) for member in exc.exceptions)
        return f"ExceptionGroup: {exc.message} [{members}]"
    message = brief(str(exc))
    return f"{kind(exc)}: {message}" if message else kind(exc)


def tidy(text):
    """The repr of a future, task or handle without what differs from run to run."""
    text = re.sub(r" created at [^\[\]<>]+?:\d+", "", text)
    text = replace_balanced(text, "coro=<", "coro=<...>")
    text = replace_balanced(text, "cb=[", "cb=[...]")
    return re.sub(r"Task-\d+", "Task-N", text)


def brief(text):
    """A message without the details of the objects in it: <Task pending ...> becomes <Task>."""
    for name in ("Task", "Future", "TaskGroup", "Handle", "TimerHandle"):
        text = replace_balanced(text, f"<{name} ", f"<{name}>")
    return re.sub(r"(Exception in callback) .*", r"\1 f", text)


def replace_balanced(text, opening, replacement):
    """Replaces every `opening` up to its closing bracket."""
    bracket = next(c for c in reversed(opening) if c in "<[")
    closing = {"<": ">", "[": "]"}[bracket]
    at = text.find(opening)
    while at >= 0:
        end = at + len(opening)
        depth = 1
        while end < len(text) and depth > 0:
            depth += (text[end] == bracket) - (text[end] == closing)
            end += 1
        text = text[:at] + replacement + text[end:]
        at = text.find(opening, at + len(replacement))
    return text


def attempt(call):
    """Calls, and gives the result or what was raised, as text."""
    try:
        return repr(call())
    except Overdue:
        raise
    except BaseException as exc:
        return describe(exc)


async def outcome(aw):
    """Awaits, and gives the result or what was raised, as text."""
    try:
        return repr(await aw)
    except Overdue:
        raise
    except BaseException as exc:
        return describe(exc)


# ---- logging ---------------------------------------------------------------------------------


class Printer(logging.Handler):
    def emit(self, record):
        self.log(record.getMessage())

    def log(self, message):
        line = brief(message.splitlines()[0])
        line = re.sub(r"took [\d.]+ seconds", "took N seconds", line)
        print("log:", line)


@contextlib.contextmanager
def logs(slow=False):
    """Prints the first line of every warning and error that is logged; of slow steps if asked."""
    gc.collect()  # what earlier scenarios left is not this one's
    printer = Printer()
    logger = logging.getLogger("asyncio")
    if not slow:
        printer.addFilter(lambda record: not record.getMessage().startswith("Executing "))
    logger.addHandler(printer)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.showwarning = lambda message, *_: printer.log(str(message))
            yield
    finally:
        logger.removeHandler(printer)


def collect(messages=0):
    """Collects garbage; the Java twin goes on until so many messages were logged since `logs`."""
    gc.collect()


# ---- loops -----------------------------------------------------------------------------------


@contextlib.contextmanager
def new_loop():
    """A fresh loop, closed in the end."""
    loop = asyncio.new_event_loop()
    try:
        yield loop
    finally:
        loop.close()


class Clock:
    """Counts iterations: its callback is the first of every batch."""

    def __init__(self, loop):
        self.loop = loop
        self.ticks = 0
        loop.call_soon(self.tick)

    def tick(self):
        self.ticks += 1
        self.loop.call_soon(self.tick)

    async def count(self, aw):
        start = self.ticks
        try:
            await aw
        except (Oops, ExceptionGroup, TimeoutError, asyncio.CancelledError):
            pass
        return self.ticks - start


def one_iteration(loop):
    """Runs what is ready now and nothing more."""
    loop.stop()
    loop.run_forever()


def block_for(seconds):
    """Blocks the thread."""
    time.sleep(seconds)


def report(loop):
    """Prints what the loop's exception handler is told."""

    def handler(_, context):
        exc = context.get("exception")
        print("handler:", brief(context["message"]), "|", describe(exc) if exc else None)

    loop.set_exception_handler(handler)


# ---- coroutines ------------------------------------------------------------------------------


@types.coroutine
def suspend(value=None):
    """A bare `yield`: hands the value to whoever drives the coroutine."""
    return (yield value)


def state(coro):
    """CREATED, RUNNING, SUSPENDED or CLOSED."""
    return inspect.getcoroutinestate(coro).removeprefix("CORO_")


async def echo(value, pauses=0):
    """Gives the value after some sleep(0)."""
    for _ in range(pauses):
        await asyncio.sleep(0)
    return value


async def fail(message, pauses=0):
    """Raises Oops after some sleep(0)."""
    for _ in range(pauses):
        await asyncio.sleep(0)
    raise Oops(message)


async def steps(name, count):
    """Prints each of its steps, with a sleep(0) between two."""
    for i in range(count):
        if i > 0:
            await asyncio.sleep(0)
        print(name, i)
    return name


async def hang(name):
    """Waits until it is cancelled, and says so."""
    try:
        await asyncio.get_running_loop().create_future()
    except asyncio.CancelledError as exc:
        print(name, "got", describe(exc))
        raise


async def pause(count=1):
    """Lets the loop run so many iterations."""
    for _ in range(count):
        await asyncio.sleep(0)
