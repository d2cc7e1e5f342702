package jasyncio.kotlin

import jasyncio.Asyncio
import jasyncio.Context
import jasyncio.ContextVar
import jasyncio.EventLoop
import jasyncio.testing.AsyncTest
import kotlin.time.Duration.Companion.hours
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

class LoopDispatcherTest {
  private fun scope() = CoroutineScope(Asyncio.getRunningLoop().asCoroutineDispatcher())

  @AsyncTest
  fun launch_runsInTheNextIteration_asACallbackOfTheLoop() {
    val loop = Asyncio.getRunningLoop()
    val log = mutableListOf<Any?>()
    loop.callSoon { log += "before" }
    scope().launch {
      log += EventLoop.running()
      log += Asyncio.currentTask()
    }
    loop.callSoon { log += "after" }
    assertThat(log).isEmpty()
    Asyncio.sleep(0.0)
    assertThat(log).containsExactly("before", loop, null, "after")
  }

  @AsyncTest
  fun delay_takesTheLoopsTime() {
    val loop = Asyncio.getRunningLoop()
    val began = loop.time()
    val woken = mutableListOf<Double>()
    runSuspending {
      for (hours in listOf(3, 1, 2)) {
        launch {
          delay(hours.hours)
          woken += loop.time() - began
        }
      }
    }
    assertThat(woken).containsExactly(3600.0, 7200.0, 10800.0)
  }

  @AsyncTest
  fun withTimeout_takesTheLoopsTime_andIsCancelledWithItsBlock() {
    val loop = Asyncio.getRunningLoop()
    val began = loop.time()
    assertThat(runSuspending { withTimeoutOrNull(2.hours) { delay(3.hours) } }).isNull()
    assertThat(loop.time() - began).isEqualTo(7200.0)
    assertThat(runSuspending { withTimeoutOrNull(2.hours) { 1 } }).isEqualTo(1)
    assertThat(loop.statistics().timers()).isZero()
  }

  @AsyncTest
  fun delay_thatIsCancelled_leavesNoTimer() {
    val loop = Asyncio.getRunningLoop()
    val scope = scope()
    scope.launch { delay(3.hours) }
    Asyncio.sleep(0.0)
    assertThat(loop.statistics().timers()).isOne()
    scope.cancel()
    assertThat(loop.statistics().timers()).isZero()
    Asyncio.sleep(0.0)
  }

  @Test
  fun otherThreads_comeToTheLoop_andItsTimersAreCancelledFromThere() = onLoopAndThread { thread ->
    val loop = Asyncio.getRunningLoop()
    val seen =
      runSuspending(thread) {
        val outside = EventLoop.running()
        val inside = withContext(loop.asCoroutineDispatcher()) { EventLoop.running() }
        val job = launch(loop.asCoroutineDispatcher()) { delay(3.hours) }
        withContext(loop.asCoroutineDispatcher()) {} // the job waits by now
        job.cancel()
        job.join()
        listOf(outside, inside)
      }
    assertThat(seen).containsExactly(null, loop)
    Asyncio.sleep(0.0)
    assertThat(loop.statistics().timers()).isZero()
  }

  @Test
  fun loopThatIsClosed_cancelsWhatIsLaunchedOnIt() {
    val loop = Asyncio.newEventLoop()
    loop.close()
    val deferred = CoroutineScope(loop.asCoroutineDispatcher()).async { 1 }
    val problem = runCatching { runBlocking { deferred.await() } }.exceptionOrNull()
    assertThat(problem).isInstanceOf(CancellationException::class.java)
    assertThat(problem).hasMessageContaining("the event loop is closed")
  }

  @Test
  fun delayOnALoopThatIsClosed_isCancelled() {
    val loop = Asyncio.newEventLoop()
    loop.close()
    val job =
      CoroutineScope(loop.asCoroutineDispatcher()).launch(start = CoroutineStart.UNDISPATCHED) {
        delay(1.hours)
      }
    runBlocking { job.join() }
    assertThat(job.isCancelled).isTrue()
  }

  @AsyncTest
  fun variablesOfAContext_areSeenAndSetByWhatRunsInIt() {
    val variable = ContextVar.of("variable", "none")
    val context = Context.copyContext()
    context.run<RuntimeException> { variable.set("given") }
    val seen = mutableListOf<String>()
    val job =
      scope().launch(context.asContextElement()) {
        seen += variable.get()
        delay(1.hours)
        seen += variable.get()
        launch { variable.set("set by a child") }.join()
        seen += variable.get()
      }
    runSuspending { job.join() }
    assertThat(seen).containsExactly("given", "given", "set by a child")
    assertThat(context.get(variable)).isEqualTo("set by a child")
    assertThat(variable.get()).isEqualTo("none")
  }

  @AsyncTest
  fun dispatchersOfALoop_areEqual() {
    val loop = Asyncio.getRunningLoop()
    assertThat(loop.asCoroutineDispatcher())
      .isEqualTo(loop.asCoroutineDispatcher())
      .hasSameHashCodeAs(loop.asCoroutineDispatcher())
    Asyncio.newEventLoop().use {
      assertThat(it.asCoroutineDispatcher()).isNotEqualTo(loop.asCoroutineDispatcher())
    }
  }
}
