package jasyncio.kotlin

import jasyncio.Asyncio
import jasyncio.CancelledError
import jasyncio.testing.AsyncTest
import java.io.IOException
import java.util.concurrent.TimeoutException
import kotlin.time.Duration.Companion.hours
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.withTimeout
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

class DeferredFutureTest {
  private fun scope() =
    CoroutineScope(SupervisorJob() + Asyncio.getRunningLoop().asCoroutineDispatcher())

  private fun <T> problemOf(block: () -> T) = runCatching(block).exceptionOrNull()

  @Test
  fun result_isTheFutures_ofAnyDispatcher() = onLoopAndThread { thread ->
    assertThat(scope().async { 1 }.asFuture().await()).isOne()
    assertThat(scope().async(thread) { 1 }.asFuture().await()).isOne()
    assertThat(scope().async<String?> { null }.asFuture().await()).isNull()
    assertThat(CompletableDeferred(1).asFuture().await()).isOne()
  }

  @AsyncTest
  fun error_isTheVeryObject() {
    val error = IOException("no")
    assertThat(problemOf { scope().async { throw error }.asFuture().await() }).isSameAs(error)
  }

  @AsyncTest
  fun withTimeout_isATimeout() {
    val future = scope().async { withTimeout(1.hours) { awaitCancellation() } }.asFuture()
    assertThat(problemOf { future.await() }).isInstanceOf(TimeoutException::class.java)
  }

  @AsyncTest
  fun cancelledFuture_cancelsTheCoroutine() {
    val deferred = scope().async { awaitCancellation() }
    val future = deferred.asFuture()
    Asyncio.sleep(0.0)
    future.cancel("enough")
    Asyncio.sleep(0.0)
    assertThat(deferred.isCancelled).isTrue()
    assertThat(problemOf { future.await() }).isInstanceOf(CancelledError::class.java)
  }

  @AsyncTest
  fun cancelledCoroutine_cancelsTheFuture() {
    val deferred = scope().async { awaitCancellation() }
    val future = deferred.asFuture()
    deferred.cancel()
    Asyncio.sleep(0.0)
    assertThat(future.cancelled()).isTrue()
  }

  @AsyncTest
  fun cancelledTask_thatWaits_cancelsTheCoroutine() {
    val deferred = scope().async { awaitCancellation() }
    val task = Asyncio.createTask { deferred.asFuture().await() }
    Asyncio.sleep(0.0)
    task.cancel()
    assertThat(problemOf { task.await() }).isInstanceOf(CancelledError::class.java)
    assertThat(deferred.isCancelled).isTrue()
  }
}
