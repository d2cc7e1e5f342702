package jasyncio.bench.compare

import java.util.concurrent.Semaphore
import kotlin.concurrent.thread
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.EmptyCoroutineContext
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Delay
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.yield

/** Kotlin's coroutines on the event loop of `runBlocking`: `KotlinPeer WORKLOAD | hello`. */
object KotlinPeer {
  private const val CHAIN_LENGTH = 50
  private const val HOUR_MILLIS = 3_600_000L

  /** Somewhere to put results, so that they are computed. */
  @Volatile private var sink = 0

  @JvmStatic
  fun main(arguments: Array<String>) {
    when (val workload = arguments[0]) {
      "hello" -> runBlocking { println("hello") }
      "switch" -> switches()
      "spawn_gather" -> spawnGather()
      "await_depth" -> awaitDepth()
      "timers" -> timers()
      "timers.task" -> timersOfTasks()
      "queue.1",
      "queue.1000" -> queue(workload)
      "lock" -> lock()
      "memory.100k",
      "memory.1m" -> memory(workload)
      "cross_thread" -> crossThread()
      else -> Bench.unsupported(workload)
    }
  }

  private fun measure(
    workload: String,
    operations: Long,
    unit: String,
    figure: Bench.Figure = Bench.Figure.WALL_NANOS,
    body: suspend CoroutineScope.() -> Unit,
  ) = Bench.measure(workload, operations, unit, figure) { runBlocking { body() } }

  private fun switches() {
    val tasks = 1000
    val rounds = Bench.scaled(1000)
    measure("switch", tasks.toLong() * rounds, "ns/switch") {
      repeat(tasks) { launch { repeat(rounds) { yield() } } }
    }
  }

  private fun spawnGather() {
    val batches = Bench.scaled(20)
    val tasks = 10_000
    measure("spawn_gather", batches.toLong() * tasks, "ns/task") {
      repeat(batches) { List(tasks) { async { 1 } }.awaitAll() }
    }
  }

  private fun awaitDepth() {
    val workers = 10
    val chains = Bench.scaled(2000)
    measure("await_depth", workers.toLong() * chains, "ns/chain") {
      repeat(workers) { launch { repeat(chains) { sink = chain(CHAIN_LENGTH - 1) } } }
    }
  }

  private suspend fun chain(depth: Int): Int {
    if (depth == 0) {
      yield()
      return 0
    }
    return chain(depth - 1) + 1
  }

  @OptIn(InternalCoroutinesApi::class)
  private fun timers() {
    val count = Bench.scaled(200_000)
    val delays = Bench.delays(count)
    measure("timers", count.toLong(), "us-cpu/timer", Bench.Figure.CPU_MICROS) {
      val loop = coroutineContext[ContinuationInterceptor] as Delay
      val done = CompletableDeferred<Unit>()
      var left = count - count / 2
      val fire = Runnable { if (--left == 0) done.complete(Unit) }
      val handles =
        Array(count) { loop.invokeOnTimeout((delays[it] * 1000).toLong(), fire, coroutineContext) }
      for (i in 1 until count step 2) handles[i].dispose()
      done.await()
    }
  }

  private fun timersOfTasks() {
    val count = Bench.scaled(50_000)
    val delays = Bench.delays(count)
    measure("timers.task", count.toLong(), "us-cpu/timer", Bench.Figure.CPU_MICROS) {
      val jobs = Array(count) { launch { delay((delays[it] * 1000).toLong()) } }
      yield()
      for (i in 1 until count step 2) jobs[i].cancel()
      jobs.forEach { it.join() }
    }
  }

  private fun queue(workload: String) {
    val items = Bench.scaled(500_000)
    measure(workload, items.toLong(), "ns/item") {
      val queue = Channel<Int>(Bench.queueSize(workload))
      launch { for (i in 0 until items) queue.send(i) }
      launch { repeat(items) { sink = queue.receive() } }
    }
  }

  private fun lock() {
    val tasks = 100
    val rounds = Bench.scaled(2000)
    measure("lock", tasks.toLong() * rounds, "ns/op") {
      val lock = Mutex()
      repeat(tasks) { launch { repeat(rounds) { lock.withLock { yield() } } } }
    }
  }

  private fun memory(workload: String) = runBlocking {
    val count = Memory.count(workload)
    val memory = Memory()
    val jobs = Array(count) { launch { delay(HOUR_MILLIS) } }
    repeat(3) { yield() }
    memory.print(workload, jobs, count.toDouble())
  }

  private fun crossThread() {
    val trips = Bench.scaled(20_000)
    measure("cross_thread", trips.toLong(), "us/roundtrip", Bench.Figure.WALL_MICROS) {
      val loop = coroutineContext[ContinuationInterceptor] as CoroutineDispatcher
      val gate = Semaphore(0)
      val release = Runnable { gate.release() }
      val done = CompletableDeferred<Unit>()
      thread {
        repeat(trips) {
          loop.dispatch(EmptyCoroutineContext, release)
          gate.acquire()
        }
        done.complete(Unit)
      }
      done.await()
    }
  }
}
