package jasyncio.kotlin

import jasyncio.Asyncio
import jasyncio.CancelledError
import jasyncio.ContextVar
import jasyncio.EventLoop
import jasyncio.testing.AsyncTest
import java.io.IOException
import java.util.concurrent.TimeoutException
import kotlin.time.Duration.Companion.hours
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test

class RunSuspendingTest {
  private fun <T> problemOf(block: () -> T) = runCatching(block).exceptionOrNull()

  @AsyncTest
  fun block_givesItsResult_nullToo_andOthersRunMeanwhile() {
    val ticks = mutableListOf<Int>()
    val ticker =
      Asyncio.createTask {
        for (i in 1..3) {
          ticks += i
          Asyncio.sleep(1.0)
        }
      }
    val result: Int = runSuspending {
      delay(2500)
      ticks.size
    }
    assertThat(result).isEqualTo(3)
    assertThat(runSuspending<String?> { null }).isNull()
    ticker.await()
  }

  @AsyncTest
  fun childrenOfTheBlock_areWaitedFor() {
    var done = false
    runSuspending {
      launch {
        delay(1.hours)
        done = true
      }
    }
    assertThat(done).isTrue()
  }

  @AsyncTest
  fun error_isTheVeryObject_ofAChildToo() {
    val error = IOException("no")
    assertThat(problemOf { runSuspending { throw error } }).isSameAs(error)
    assertThat(
        problemOf {
          runSuspending {
            launch { throw error }
            awaitCancellation()
          }
        }
      )
      .isSameAs(error)
  }

  @AsyncTest
  fun cancelledTask_cancelsTheBlock_andWaitsForItsEnd() {
    val log = mutableListOf<String>()
    val task =
      Asyncio.createTask {
        try {
          runSuspending {
            try {
              awaitCancellation()
            } catch (e: CancellationException) {
              log += "cancelled: ${e.message}"
              withContext(NonCancellable) { delay(1.hours) }
              log += "cleaned up"
            }
          }
        } catch (e: CancelledError) {
          log += "told: ${e.message}"
          throw e
        }
      }
    Asyncio.sleep(1.0)
    task.cancel("enough")
    Asyncio.sleep(1.0)
    task.cancel("at once")
    assertThat(problemOf { task.await() }).isInstanceOf(CancelledError::class.java)
    assertThat(log).containsExactly("cancelled: enough", "cleaned up", "told: enough")
    assertThat(task.cancelled()).isTrue()
  }

  @AsyncTest
  fun errorWhileCleaningUp_isWhatComesOut() {
    val error = IOException("no")
    val task =
      Asyncio.createTask {
        runSuspending {
          try {
            awaitCancellation()
          } finally {
            throw error
          }
        }
      }
    Asyncio.sleep(0.0)
    Asyncio.sleep(0.0)
    task.cancel()
    assertThat(problemOf { task.await() }).isSameAs(error)
  }

  @AsyncTest
  fun blockThatCancelsItself_isCancelled_andTheTaskIsNot() {
    val task =
      Asyncio.createTask<String> {
        val problem = problemOf {
          runSuspending {
            cancel("by itself")
            awaitCancellation()
          }
        }
        assertThat(problem).isInstanceOf(CancelledError::class.java).hasMessage("by itself")
        "goes on"
      }
    assertThat(task.await()).isEqualTo("goes on")
    assertThat(task.cancelling()).isZero()
  }

  @AsyncTest
  fun withTimeout_thatNobodyCaught_isATimeout() {
    assertThatThrownBy { runSuspending { withTimeout(1.hours) { awaitCancellation() } } }
      .isInstanceOf(TimeoutException::class.java)
      .hasMessageContaining("3600000 ms")
  }

  @AsyncTest
  fun timeoutOfJasyncio_cancelsTheBlock() {
    var cancelled = false
    assertThatThrownBy {
        Asyncio.waitFor(
          Asyncio.coroutine {
            runSuspending {
              try {
                awaitCancellation()
              } finally {
                cancelled = true
              }
            }
          },
          1.0,
        )
      }
      .isInstanceOf(TimeoutException::class.java)
    assertThat(cancelled).isTrue()
  }

  @AsyncTest
  fun variablesOfTheTask_areTheBlocks() {
    val variable = ContextVar.of("variable", "none")
    variable.set("of the task")
    val seen = runSuspending {
      delay(1)
      variable.get().also { variable.set("of the block") }
    }
    assertThat(seen).isEqualTo("of the task")
    assertThat(variable.get()).isEqualTo("of the block")
  }

  @Test
  fun otherDispatcher_runsTheBlockElsewhere() = onLoopAndThread { thread ->
    assertThat(runSuspending(thread) { EventLoop.running() }).isNull()
  }

  @AsyncTest
  fun taskThatWaits_saysForWhat() {
    val task = Asyncio.createTask { runSuspending(CoroutineName("fetch")) { awaitCancellation() } }
    Asyncio.sleep(0.0)
    assertThat(task.waitsFor().toString()).startsWith("Kotlin's ")
    task.cancel()
    Asyncio.wait(listOf(task))
  }

  @Test
  fun withoutALoop_saysWhatToDo() {
    assertThatThrownBy { runSuspending {} }
      .isInstanceOf(IllegalStateException::class.java)
      .hasMessageContaining("no loop runs here; runBlocking")
  }

  @AsyncTest
  fun inACallback_saysSo_andRunsNothing() {
    var ran = false
    val problem = Asyncio.getRunningLoop().createFuture<Throwable?>()
    Asyncio.getRunningLoop().callSoon {
      problem.setResult(problemOf { runSuspending { ran = true } })
    }
    assertThat(problem.await())
      .isInstanceOf(IllegalStateException::class.java)
      .hasMessageContaining("await outside a coroutine")
    Asyncio.sleep(0.0)
    Asyncio.sleep(0.0)
    assertThat(ran).isFalse()
  }
}
