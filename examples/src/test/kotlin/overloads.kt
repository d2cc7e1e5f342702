package jasyncio.examples.kotlin

import jasyncio.*
import jasyncio.Asyncio.*
import jasyncio.gevent.Gevent
import jasyncio.gevent.Group
import jasyncio.gevent.Monkey
import jasyncio.sync.Lock
import java.time.Duration
import java.util.concurrent.Executor

// What jasyncio offers twice, for a body with a result and for one without, as Kotlin sees it. That
// this compiles is half of the test: nothing is ambiguous, and results have their types.

private val minute = Duration.ofMinutes(1)
private val failures = ArrayList<String>()
private var calls = 0

private fun three(): Int {
    calls++
    return 3
}

private fun nothing() {
    calls++
}

/** Runs both forms of a function and notes what is lost. */
private fun check(name: String, value: () -> Int, none: () -> Any?) {
    calls = 0
    val given = value()
    if (given != 3) failures += "$name gives $given"
    val left = none()
    if (left != Unit) failures += "$name without a result gives $left"
    if (calls != 2) failures += "$name called its bodies $calls times"
}

/** What starts a body beside its caller takes a lambda. */
private fun started(loop: EventLoop) {
    check("coroutine", { await(coroutine { three() }) }, { await(coroutine { nothing() }) })
    check("coroutine, named", { await(coroutine("c") { three() }) }, { await(coroutine("c") { nothing() }) })
    check("createTask", { await(createTask { three() }) }, { await(createTask { nothing() }) })
    check("createTask, named", { await(createTask({ three() }, "t")) }, { await(createTask({ nothing() }, "t")) })
    val options = TaskOptions.defaults().eagerStart(true)
    check("createTask, options", { await(createTask({ three() }, options)) }, { await(createTask({ nothing() }, options)) })
    check("createTask of a function", { await(createTask(::three)) }, { await(createTask(::nothing)) })
    val value: () -> Int = { three() }
    val none: () -> Unit = { nothing() }
    check("createTask of a variable", { await(createTask(value)) }, { await(createTask(none)) })
    check("loop.createTask", { await(loop.createTask { three() }) }, { await(loop.createTask { nothing() }) })
    check(
        "loop.createTask, named",
        { await(loop.createTask({ three() }, "t")) },
        { await(loop.createTask({ nothing() }, "t")) },
    )
    check(
        "loop.createTask, options",
        { await(loop.createTask({ three() }, options)) },
        { await(loop.createTask({ nothing() }, options)) },
    )
    taskGroup { group ->
        check("group", { await(group.createTask { three() }) }, { await(group.createTask { nothing() }) })
        check("group, named", { await(group.createTask({ three() }, "t")) }, { await(group.createTask({ nothing() }, "t")) })
        check(
            "group, options",
            { await(group.createTask({ three() }, options)) },
            { await(group.createTask({ nothing() }, options)) },
        )
    }
    check("shield", { await(shield { three() }) }, { await(shield { nothing() }) })
    check(
        "runInExecutor",
        { await(loop.runInExecutor(null) { three() }) },
        { await(loop.runInExecutor(null) { nothing() }) },
    )
    check(
        "runInExecutor, the loop's",
        { await(loop.runInExecutor { three() }) },
        { await(loop.runInExecutor { nothing() }) },
    )
    check(
        "runCoroutineThreadsafe",
        { toThread<_, Nothing> { runCoroutineThreadsafe({ three() }, loop).get() } },
        { toThread<_, Nothing> { runCoroutineThreadsafe({ nothing() }, loop).get() } },
    )
    // An Action can still be given.
    await(createTask(Action<RuntimeException> { nothing() }))
}

/** What runs a body here takes a coroutine: Kotlin does not infer what a lambda throws. */
private fun coroutines() {
    check("waitFor", { waitFor(coroutine { three() }, 60.0) }, { waitFor(coroutine { nothing() }, 60.0) })
    check("waitFor, duration", { waitFor(coroutine { three() }, minute) }, { waitFor(coroutine { nothing() }, minute) })
    check("timeout", { timeout(60.0, coroutine { three() }) }, { timeout(60.0, coroutine { nothing() }) })
    check("timeout, duration", { timeout(minute, coroutine { three() }) }, { timeout(minute, coroutine { nothing() }) })
    val later = getRunningLoop().time() + 60
    check("timeoutAt", { timeoutAt(later, coroutine { three() }) }, { timeoutAt(later, coroutine { nothing() }) })
    check(
        "Timeout",
        { Timeout.after(60.0).run(coroutine { three() }) },
        { Timeout.after(60.0).run(coroutine { nothing() }) },
    )
    check("uninterrupted", { uninterrupted(coroutine { three() }) }, { uninterrupted(coroutine { nothing() }) })
    val lock = Lock()
    check("Lock", { lock.run(coroutine { three() }) }, { lock.run(coroutine { nothing() }) })
    check("Lock, held", { lock.acquire().use { three() } }, { lock.acquire().use { nothing() } })
}

/** Or a lambda and the sentence that it throws nothing checked. */
private fun lambdas() {
    check("await<>", { await<_, Nothing> { three() } }, { await<_, Nothing> { nothing() } })
    check("waitFor<>", { waitFor<_, Nothing>({ three() }, 60.0) }, { waitFor<_, Nothing>({ nothing() }, 60.0) })
    check("waitFor<>, duration", { waitFor<_, Nothing>({ three() }, minute) }, { waitFor<_, Nothing>({ nothing() }, minute) })
    check("timeout<>", { timeout<_, Nothing>(60.0) { three() } }, { timeout<_, Nothing>(60.0) { nothing() } })
    check("timeout<>, duration", { timeout<_, Nothing>(minute) { three() } }, { timeout<_, Nothing>(minute) { nothing() } })
    val later = getRunningLoop().time() + 60
    check("timeoutAt<>", { timeoutAt<_, Nothing>(later) { three() } }, { timeoutAt<_, Nothing>(later) { nothing() } })
    timeout<Nothing>(60.0) { limit -> limit.reschedule(later) }
    check(
        "Timeout<>",
        { Timeout.after(60.0).run<_, Nothing> { three() } },
        { Timeout.after(60.0).run<_, Nothing> { nothing() } },
    )
    check("uninterrupted<>", { uninterrupted<_, Nothing> { three() } }, { uninterrupted<_, Nothing> { nothing() } })
    check("toThread<>", { toThread<_, Nothing> { three() } }, { toThread<_, Nothing> { nothing() } })
    val executor = Executor { Thread(it).start() }
    check("toThread<>, executor", { toThread<_, Nothing>(executor) { three() } }, { toThread<_, Nothing>(executor) { nothing() } })
    val context = copyContext()
    check("Context<>", { context.run<_, Nothing> { three() } }, { context.run<_, Nothing> { nothing() } })
    val lock = Lock()
    check("Lock<>", { lock.run<_, Nothing> { three() } }, { lock.run<_, Nothing> { nothing() } })
}

private fun runs() {
    check("run", { run(coroutine { three() }) }, { run(coroutine { nothing() }) })
    check("run<>", { run<_, Nothing> { three() } }, { run<_, Nothing> { nothing() } })
    val options = RunOptions.defaults()
    check("run, options", { run(coroutine { three() }, options) }, { run(coroutine { nothing() }, options) })
    check("run<>, options", { run<_, Nothing>({ three() }, options) }, { run<_, Nothing>({ nothing() }, options) })
    Runner().use { runner ->
        check("Runner", { runner.run(coroutine { three() }) }, { runner.run(coroutine { nothing() }) })
        check("Runner<>", { runner.run<_, Nothing> { three() } }, { runner.run<_, Nothing> { nothing() } })
        val context = Context()
        check("Runner, context", { runner.run(coroutine { three() }, context) }, { runner.run(coroutine { nothing() }, context) })
        check(
            "Runner<>, context",
            { runner.run<_, Nothing>({ three() }, context) },
            { runner.run<_, Nothing>({ nothing() }, context) },
        )
    }
    newEventLoop().use { loop ->
        check("loop", { loop.runUntilComplete(coroutine { three() }) }, { loop.runUntilComplete(coroutine { nothing() }) })
        check("loop<>", { loop.runUntilComplete<_, Nothing> { three() } }, { loop.runUntilComplete<_, Nothing> { nothing() } })
    }
}

private fun greenlets() {
    check("spawn", { Gevent.spawn { three() }.get() }, { Gevent.spawn { nothing() }.get() })
    check("spawnLater", { Gevent.spawnLater(0.0) { three() }.get() }, { Gevent.spawnLater(0.0) { nothing() }.get() })
    check(
        "spawnLater, duration",
        { Gevent.spawnLater(Duration.ZERO) { three() }.get() },
        { Gevent.spawnLater(Duration.ZERO) { nothing() }.get() },
    )
    val group = Group()
    check("Group.spawn", { group.spawn { three() }.get() }, { group.spawn { nothing() }.get() })
    check("Group.apply<>", { group.apply<_, Nothing> { three() } }, { group.apply<_, Nothing> { nothing() } })
    check("Greenlet", { Gevent.spawn(::three).get() }, { Gevent.spawn(::nothing).get() })
    check(
        "withTimeout<>",
        { Gevent.withTimeout<_, Nothing>(60.0) { three() } },
        { Gevent.withTimeout<_, Nothing>(60.0) { nothing() } },
    )
    check(
        "withTimeout<>, duration",
        { Gevent.withTimeout<_, Nothing>(minute) { three() } },
        { Gevent.withTimeout<_, Nothing>(minute) { nothing() } },
    )
    check("original<>", { Monkey.original<_, Nothing> { three() } }, { Monkey.original<_, Nothing> { nothing() } })
    Gevent.getHub().destroy()
}

/** What went wrong, a line each. */
fun failures(): List<String> {
    run(coroutine {
        started(getRunningLoop())
        coroutines()
        lambdas()
        check("spawnRaw", { await(Gevent.spawnRaw { three() }) }, { await(Gevent.spawnRaw { nothing() }) })
    })
    runs()
    greenlets()
    return failures
}
