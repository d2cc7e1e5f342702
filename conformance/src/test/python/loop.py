"""The loop core: rules L1 to L14."""

import asyncio
import contextvars
import threading

from harness import *


@scenario("L1")
def call_soon_is_fifo():
    with new_loop() as loop:
        for name in "a", "b", "c":
            loop.call_soon(print, name)
        one_iteration(loop)


@scenario("L1")
def every_call_soon_runs_once():
    with new_loop() as loop:
        first = loop.call_soon(print, "same")
        second = loop.call_soon(print, "same")
        print(first is second)
        one_iteration(loop)
        print("--")
        one_iteration(loop)


@scenario("L1")
def cancelled_handle_does_not_run():
    with new_loop() as loop:
        handle = loop.call_soon(print, "cancelled")
        loop.call_soon(print, "kept")
        print(handle.cancelled())
        handle.cancel()
        handle.cancel()
        print(handle.cancelled())
        one_iteration(loop)


@scenario("L2")
def what_a_batch_schedules_waits_for_the_next():
    with new_loop() as loop:

        def a():
            print("a")
            loop.call_soon(print, "c")

        loop.call_soon(a)
        loop.call_soon(print, "b")
        one_iteration(loop)
        print("--")
        one_iteration(loop)


@scenario("L2")
def three_generations_of_callbacks():
    with new_loop() as loop:

        def breed(name, depth):
            print(name)
            if depth > 0:
                loop.call_soon(breed, name + "0", depth - 1)
                loop.call_soon(breed, name + "1", depth - 1)

        loop.call_soon(breed, "x", 2)
        loop.call_soon(breed, "y", 1)
        for _ in range(3):
            one_iteration(loop)
            print("--")


@scenario("L2")
def a_handle_cancelled_by_its_own_batch_is_skipped():
    with new_loop() as loop:
        loop.call_soon(lambda: victim.cancel())
        victim = loop.call_soon(print, "victim")
        loop.call_soon(print, "after")
        one_iteration(loop)


@scenario("L3")
def due_timers_run_after_what_was_ready():
    with new_loop() as loop:
        loop.call_later(0, print, "timer")
        loop.call_later(-1, print, "older timer")
        loop.call_soon(print, "a")
        loop.call_soon(print, "b")
        one_iteration(loop)


@scenario("L3")
def a_due_timer_runs_before_what_its_batch_schedules():
    with new_loop() as loop:

        def a():
            print("a")
            loop.call_soon(print, "next batch")

        loop.call_later(0, print, "timer")
        loop.call_soon(a)
        one_iteration(loop)
        print("--")
        one_iteration(loop)


@scenario("L3")
def a_timer_set_by_a_batch_waits_for_the_next_poll():
    with new_loop() as loop:

        def a():
            print("a")
            loop.call_later(0, print, "timer")
            loop.call_soon(print, "soon")

        loop.call_soon(a)
        one_iteration(loop)
        print("--")
        one_iteration(loop)


@scenario("L4")
def timers_run_by_deadline():
    with new_loop() as loop:
        loop.call_later(0.03, print, "c")
        loop.call_later(0.01, print, "a")
        loop.call_later(0.02, print, "b")
        loop.call_later(0.04, loop.stop)
        loop.run_forever()


@scenario("L4")
def overdue_timers_run_by_deadline_in_one_batch():
    with new_loop() as loop:
        now = loop.time()
        for i in 3, 1, 4, 0, 2:
            loop.call_at(now - 1 + i / 10, print, i)
        one_iteration(loop)


@scenario("L4")
def no_timer_runs_early():
    with new_loop() as loop:
        late = []
        for i in range(1, 6):
            when = loop.time() + i / 500
            loop.call_at(when, lambda when=when: late.append(loop.time() >= when - 1e-6))
        loop.call_later(0.02, loop.stop)
        loop.run_forever()
        print(late)


@scenario("L4")
def a_timer_handle_knows_its_deadline():
    with new_loop() as loop:
        when = loop.time() + 5
        handle = loop.call_at(when, print, "never")
        print(handle.when() == when)
        later = loop.call_later(10, print, "never")
        print(9 < later.when() - loop.time() <= 10)
        handle.cancel()
        print(handle.cancelled(), handle.when() == when)


@scenario("L5")
def an_idle_loop_sleeps_until_its_first_timer():
    with new_loop() as loop:
        start = loop.time()
        loop.call_later(60, print, "never")
        loop.call_later(0.02, loop.stop)
        loop.run_forever()
        print(0.0199 <= loop.time() - start < 10)


@scenario("L5")
def a_far_timer_holds_up_neither_callbacks_nor_stop():
    with new_loop() as loop:
        start = loop.time()
        loop.call_later(1e10, print, "never")
        loop.call_later(60, print, "never")
        loop.call_soon(print, "callback")
        one_iteration(loop)
        one_iteration(loop)
        print(loop.time() - start < 10)


@scenario("L6")
def cancelled_timers_never_run():
    with new_loop() as loop:
        start = loop.time()
        ran = []
        handles = [loop.call_at(start + i * 1e-4, ran.append, i) for i in range(300)]
        for i, handle in enumerate(handles):
            if i % 3 != 0:
                handle.cancel()
        loop.call_at(start + 0.05, loop.stop)
        loop.run_forever()
        print(ran == list(range(0, 300, 3)))


@scenario("L6")
def a_timer_may_cancel_a_due_one():
    with new_loop() as loop:
        now = loop.time()
        loop.call_at(now - 2, lambda: (print("first"), second.cancel()))
        second = loop.call_at(now - 1, print, "second")
        one_iteration(loop)
        one_iteration(loop)
        print(second.cancelled())


@scenario("L7")
def stop_before_run_forever_runs_one_batch():
    with new_loop() as loop:
        loop.call_soon(lambda: (print("a"), loop.call_soon(print, "b")))
        loop.stop()
        loop.run_forever()
        print("stopped")
        loop.stop()
        loop.run_forever()


@scenario("L7")
def the_batch_that_stops_is_finished():
    with new_loop() as loop:
        loop.call_soon(print, "a")
        loop.call_soon(loop.stop)
        loop.call_soon(lambda: (print("b"), loop.call_soon(print, "next run")))
        loop.run_forever()
        print("stopped", loop.is_running(), loop.is_closed())
        one_iteration(loop)


@scenario("L7")
def stop_does_not_outlive_the_run():
    with new_loop() as loop:
        loop.stop()
        loop.stop()
        loop.run_forever()
        loop.call_later(0.01, lambda: (print("timer"), loop.stop()))
        loop.run_forever()


@scenario("L8")
def run_until_complete_gives_the_result():
    with new_loop() as loop:
        print(loop.run_until_complete(echo("value", 2)))
        future = loop.create_future()
        loop.call_soon(future.set_result, 7)
        print(loop.run_until_complete(future))
        print(loop.is_running())


@scenario("L8")
def run_until_complete_raises_the_very_error():
    with new_loop() as loop:
        oops = Oops("x")

        async def main():
            raise oops

        try:
            loop.run_until_complete(main())
        except Oops as exc:
            print(exc is oops)
        future = loop.create_future()
        future.set_exception(oops)
        print(attempt(lambda: loop.run_until_complete(future)))


@scenario("L8")
def a_running_loop_cannot_be_run_again():
    with new_loop() as loop:

        async def main():
            print(loop.is_running())
            print(attempt(lambda: loop.run_until_complete(loop.create_future())))

        loop.run_until_complete(main())


@scenario("L8")
def a_loop_stopped_too_early():
    with new_loop() as loop:
        future = loop.create_future()
        loop.call_soon(loop.stop)
        print(attempt(lambda: loop.run_until_complete(future)))
        future.set_result("late")
        print(attempt(lambda: loop.run_until_complete(future)))


@scenario("L8")
def a_main_coroutine_cut_off_is_not_told_as_destroyed():
    async def forever():
        await asyncio.get_running_loop().create_future()

    with logs():
        with new_loop() as loop:
            loop.call_later(0.01, loop.stop)
            print(attempt(lambda: loop.run_until_complete(forever())))
        collect()


@scenario("L8")
def run_until_complete_refuses_a_foreign_future():
    with new_loop() as loop, new_loop() as other:
        future = other.create_future()
        print(attempt(lambda: loop.run_until_complete(future)))


@scenario("L8")
def run_until_complete_leaves_other_tasks_pending():
    with new_loop() as loop:
        other = loop.create_task(steps("other", 3))
        loop.run_until_complete(echo("main"))
        print("done")
        print(other.done())
        loop.run_until_complete(other)


@scenario("L9")
def close_is_idempotent():
    loop = asyncio.new_event_loop()
    print(loop.is_closed())
    loop.close()
    print(loop.is_closed())
    loop.close()
    print(loop.is_closed())


@scenario("L9")
def a_running_loop_cannot_be_closed():
    with new_loop() as loop:
        loop.call_soon(lambda: print(attempt(loop.close)))
        one_iteration(loop)
        print(loop.is_closed())


@scenario("L9")
def a_closed_loop_refuses_work():
    with new_loop() as loop:
        future = loop.create_future()
    print(attempt(lambda: loop.call_soon(print)))
    print(attempt(lambda: loop.call_soon_threadsafe(print)))
    print(attempt(lambda: loop.call_later(1, print)))
    print(attempt(lambda: loop.call_at(1, print)))
    print(attempt(lambda: loop.create_task(echo(1))))
    print(attempt(lambda: loop.run_until_complete(future)))
    print(attempt(loop.run_forever))
    print(attempt(lambda: loop.run_in_executor(None, print)))


@scenario("L10")
def no_second_loop_in_a_thread_that_runs_one():
    with new_loop() as loop, new_loop() as other:

        def nested():
            print(attempt(lambda: other.run_until_complete(other.create_future())))
            print(other.is_running())

        loop.call_soon(nested)
        one_iteration(loop)


@scenario("L10")
def get_running_loop_is_known_only_inside():
    print(attempt(asyncio.get_running_loop))
    with new_loop() as loop:
        loop.call_soon(lambda: print(asyncio.get_running_loop() is loop))
        one_iteration(loop)
        print(attempt(asyncio.get_running_loop))


@scenario("L10")
def get_running_loop_belongs_to_the_thread():
    with new_loop() as loop:

        def ask_elsewhere():
            thread = threading.Thread(target=lambda: print(attempt(asyncio.get_running_loop)))
            thread.start()
            thread.join()

        loop.call_soon(ask_elsewhere)
        one_iteration(loop)


@scenario("L10")
def two_threads_may_run_two_loops():
    async def main():
        return asyncio.get_running_loop()

    async def outer():
        loops = [asyncio.get_running_loop()]
        thread = threading.Thread(target=lambda: loops.append(asyncio.run(main())))
        thread.start()
        thread.join()
        print(loops[0] is not loops[1], loops[0].is_running(), loops[1].is_closed())

    asyncio.run(outer())


@scenario("L11")
def call_soon_from_another_thread_is_refused_in_debug_mode():
    with new_loop() as loop:

        def elsewhere():
            print(attempt(lambda: loop.call_soon(print, "scheduled") and None))

        def ask_elsewhere():
            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join()

        loop.call_soon(ask_elsewhere)
        one_iteration(loop)
        print("--")
        one_iteration(loop)


@scenario("L11")
def call_soon_threadsafe_wakes_the_loop():
    with new_loop() as loop:

        def elsewhere():
            loop.call_soon_threadsafe(print, "a")
            loop.call_soon_threadsafe(print, "b")
            loop.call_soon_threadsafe(loop.stop)

        thread = threading.Thread(target=elsewhere)
        loop.call_later(0.01, thread.start)
        loop.run_forever()
        thread.join()
        print("stopped")


@scenario("L11")
def a_threadsafe_handle_can_be_cancelled():
    with new_loop() as loop:
        handle = loop.call_soon_threadsafe(print, "cancelled")
        loop.call_soon_threadsafe(print, "kept")
        handle.cancel()
        one_iteration(loop)


@scenario("L12")
def a_failing_callback_does_not_stop_the_loop():
    with new_loop() as loop:
        report(loop)

        def bad():
            raise Oops("x")

        loop.call_soon(bad)
        loop.call_soon(print, "same batch")
        loop.call_later(0, bad)
        one_iteration(loop)
        loop.call_soon(print, "next batch")
        one_iteration(loop)


@scenario("L12")
def a_cancelled_error_in_a_callback_is_only_reported():
    with new_loop() as loop:
        report(loop)

        def bad():
            raise asyncio.CancelledError("x")

        loop.call_soon(bad)
        loop.call_soon(print, "goes on")
        one_iteration(loop)


@scenario("L12")
def keyboard_interrupt_leaves_the_loop():
    with new_loop() as loop:
        report(loop)

        def bad():
            raise KeyboardInterrupt()

        loop.call_soon(print, "a")
        loop.call_soon(bad)
        loop.call_soon(print, "b")
        print(attempt(loop.run_forever))
        print(loop.is_running())
        one_iteration(loop)


@scenario("L12")
def system_exit_leaves_the_loop():
    with new_loop() as loop:

        def bad():
            raise SystemExit(3)

        loop.call_soon(bad)
        try:
            loop.run_forever()
        except SystemExit as exc:
            print(kind(exc), exc.code)
        loop.call_soon(print, "still usable")
        one_iteration(loop)


@scenario("L13")
def the_default_handler_logs():
    with logs(), new_loop() as loop:

        def bad():
            raise Oops("x")

        print(loop.get_exception_handler())
        loop.call_soon(bad)
        one_iteration(loop)
        loop.call_exception_handler({"message": "told by hand"})


@scenario("L13")
def the_exception_handler_can_be_replaced_and_restored():
    with logs(), new_loop() as loop:

        def handler(the_loop, context):
            print("handler:", the_loop is loop, context["message"])

        loop.set_exception_handler(handler)
        print(loop.get_exception_handler() is handler)
        loop.call_exception_handler({"message": "first"})
        loop.set_exception_handler(None)
        print(loop.get_exception_handler())
        loop.call_exception_handler({"message": "second"})


@scenario("L13")
def a_custom_handler_may_pass_on_to_the_default_one():
    with logs(), new_loop() as loop:

        def handler(the_loop, context):
            print("handler:", context["message"])
            the_loop.default_exception_handler(context)

        loop.set_exception_handler(handler)
        loop.call_exception_handler({"message": "x"})


@scenario("L13")
def a_failing_handler_is_reported_by_the_default_one():
    with logs(), new_loop() as loop:

        def handler(the_loop, context):
            raise Oops("in the handler")

        loop.set_exception_handler(handler)
        loop.call_exception_handler({"message": "x"})
        print("goes on")


@scenario("L13")
def the_handler_runs_in_the_context_of_the_callback():
    var = contextvars.ContextVar("var", default="outside")
    with new_loop() as loop:
        loop.set_exception_handler(lambda loop, context: print(var.get()))

        def bad():
            var.set("in the callback")
            raise Oops("x")

        loop.call_soon(bad)
        one_iteration(loop)
        print(var.get())


@scenario("L14")
def slow_callbacks_are_logged_in_debug_mode():
    with logs(slow=True), new_loop() as loop:
        def slow():
            loop.slow_callback_duration = 0.05
            block_for(0.08)

        def quick():
            loop.slow_callback_duration = 60  # a busy machine makes any callback slow
            print("quick")

        loop.slow_callback_duration = 60
        loop.call_soon(slow)
        loop.call_soon(quick)
        one_iteration(loop)


@scenario("L14")
def slow_steps_are_logged_in_debug_mode():
    with logs(slow=True), new_loop() as loop:
        loop.slow_callback_duration = 60

        async def main():
            loop.slow_callback_duration = 0.05
            block_for(0.08)
            await asyncio.sleep(0)
            loop.slow_callback_duration = 60  # a busy machine makes any step slow
            print("quick")

        loop.run_until_complete(main())


@scenario("L14")
def debug_mode_is_seen_and_set():
    with new_loop() as loop:
        print(loop.get_debug())
        loop.set_debug(True)
        print(loop.get_debug())
        loop.set_debug(False)
        print(loop.get_debug())
        print(loop.slow_callback_duration)
