package jasyncio.kotlin

import jasyncio.Asyncio
import jasyncio.CancelledError
import jasyncio.ContextVar
import jasyncio.EventLoop
import jasyncio.testing.AsyncTest
import java.io.IOException
import kotlin.time.Duration.Companion.hours
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

class AwaitingTest {
  @AsyncTest
  fun task_givesItsResult_whenItIsDoneAndBefore() {
    val result: String? = runSuspending {
      val task =
        Asyncio.createTask<String> {
          Asyncio.sleep(1.0)
          "done"
        }
      val nothing = Asyncio.createTask<String?> { null }
      assertThat(nothing.awaitSuspending()).isNull()
      task.awaitSuspending() + " " + task.awaitSuspending()
    }
    assertThat(result).isEqualTo("done done")
  }

  @AsyncTest
  fun error_isTheVeryObject() {
    val error = IOException("no")
    val future = Asyncio.getRunningLoop().createFuture<String>()
    future.setException(error)
    runSuspending {
      assertThat(runCatching { future.awaitSuspending() }.exceptionOrNull()).isSameAs(error)
    }
  }

  @AsyncTest
  fun cancelledFuture_isACancellation_withItsReason() {
    val future = Asyncio.getRunningLoop().createFuture<String>()
    runSuspending {
      val waiting = async { runCatching { future.awaitSuspending() }.exceptionOrNull() }
      yield()
      future.cancel("not wanted")
      assertThat(waiting.await())
        .isInstanceOf(CancellationException::class.java)
        .hasMessageContaining("not wanted")
    }
  }

  @AsyncTest
  fun cancelledCoroutine_cancelsTheTask_andWaitsForItsEnd() {
    val log = mutableListOf<String?>()
    runSuspending {
      val task =
        Asyncio.createTask {
          try {
            Asyncio.sleep(3600.0)
          } catch (e: CancelledError) {
            log += e.message
            Asyncio.sleep(10.0)
            log += "cleaned up"
            throw e
          }
        }
      val job = launch { task.awaitSuspending() }
      yield()
      yield()
      job.cancel(CancellationException("enough"))
      job.join()
      log += "joined"
      assertThat(task.cancelled()).isTrue()
    }
    assertThat(log).containsExactly("enough", "cleaned up", "joined")
  }

  @AsyncTest
  fun shield_keepsTheTask() {
    runSuspending {
      val task =
        Asyncio.createTask<Int> {
          Asyncio.sleep(5.0)
          1
        }
      val job = launch { Asyncio.shield(task).awaitSuspending() }
      yield()
      job.cancelAndJoin()
      assertThat(task.awaitSuspending()).isOne()
    }
  }

  @AsyncTest
  fun call_suspendsInJasynciosWay_andTheCoroutinesGoOn() {
    val loop = Asyncio.getRunningLoop()
    val log = mutableListOf<String>()
    val result = runSuspending {
      val other = launch {
        delay(500)
        log += "other"
      }
      val called =
        loop.callSuspending {
          Asyncio.sleep(1.0)
          log += "called"
          Asyncio.currentTask() != null
        }
      other.join()
      called
    }
    assertThat(result).isTrue()
    assertThat(log).containsExactly("other", "called")
  }

  @Test
  fun call_fromAnotherDispatcher_runsOnTheLoop_andIsCancelledFromThere() =
    onLoopAndThread { thread ->
      val loop = Asyncio.getRunningLoop()
      val began = loop.createFuture<Unit>()
      val ended = mutableListOf<String>()
      runSuspending(thread) {
        assertThat(loop.callSuspending { EventLoop.running() }).isSameAs(loop)
        val job = launch {
          loop.callSuspending {
            began.setResult(Unit)
            try {
              loop.createFuture<Unit>().await()
            } finally {
              ended += "ended"
            }
          }
        }
        began.awaitSuspending()
        job.cancelAndJoin()
        ended += "joined"
      }
      assertThat(ended).containsExactly("ended", "joined")
    }

  @AsyncTest
  fun call_ofACoroutineThatIsCancelled_doesNotBegin() {
    val loop = Asyncio.getRunningLoop()
    var ran = false
    runSuspending {
      val job = launch {
        runCatching { delay(1.hours) }
        loop.callSuspending { ran = true }
      }
      yield()
      job.cancelAndJoin()
    }
    assertThat(ran).isFalse()
  }

  @Test
  fun call_seesTheVariables_onTheWayByAnotherDispatcherToo() = onLoopAndThread { thread ->
    val loop = Asyncio.getRunningLoop()
    val variable = ContextVar.of("variable", "none")
    variable.set("of the task")
    val seen = runSuspending { withContext(thread) { loop.callSuspending { variable.get() } } }
    assertThat(seen).isEqualTo("of the task")
  }

  @Test
  fun futureOfALoopThatIsClosed_isAnError() {
    val loop = Asyncio.newEventLoop()
    val future = loop.createFuture<String>()
    loop.close()
    val problem = runCatching { runBlocking { future.awaitSuspending() } }.exceptionOrNull()
    assertThat(problem)
      .isInstanceOf(IllegalStateException::class.java)
      .hasMessageContaining("closed")
  }
}
