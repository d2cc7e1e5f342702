package jasyncio.kotlin

import jasyncio.Asyncio
import jasyncio.CancelledError
import jasyncio.Context
import jasyncio.EventLoop
import jasyncio.Future
import jasyncio.WaitInfo
import java.util.concurrent.TimeoutException
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async

/**
 * Calls in a task of jasyncio what suspends in Kotlin's way: runs [block] as a coroutine on the
 * running loop, waits until it and its children have ended, and gives its result. Suspends the
 * task; other tasks run meanwhile. What `runBlocking` is for threads.
 *
 * The block sees the task's context variables. [context] may name another dispatcher, or a
 * `CoroutineName`.
 *
 * **Cancellation** of the task cancels the coroutine, and waits for its end; [CancelledError] is
 * thrown then.
 *
 * Throws what the block throws; [CancelledError] if the coroutine was cancelled by somebody else,
 * and [TimeoutException] for a `withTimeout` that nobody caught. Throws [IllegalStateException] if
 * no task runs here.
 */
public fun <T> runSuspending(
  context: CoroutineContext = EmptyCoroutineContext,
  block: suspend CoroutineScope.() -> T,
): T {
  val loop =
    checkNotNull(EventLoop.running()) {
      "runSuspending is for tasks of jasyncio, and no loop runs here; runBlocking(loop.asCoroutineDispatcher()) waits elsewhere"
    }
  val variables = Asyncio.currentTask()?.context ?: Context.copyContext()
  val scope = CoroutineScope(LoopDispatcher(loop) + LoopContext(variables) + context)
  val deferred = scope.async(block = block)
  val ended = deferred.whenEnded(loop)
  var cancelled: CancelledError? = null
  while (!ended.done()) {
    try {
      Asyncio.shield(ended).await()
    } catch (e: CancelledError) {
      cancelled = cancelled ?: e
      deferred.cancel(CancellationException(e.message ?: "the task was cancelled", e))
    } catch (e: IllegalStateException) { // nothing that could wait runs here
      deferred.cancel(CancellationException(e.message, e))
      throw e
    }
  }
  return deferred.outcome(cancelled)
}

/**
 * A future of jasyncio that follows this coroutine: `await(deferred.asFuture())` in a task.
 *
 * Cancelling it cancels the coroutine, and a cancelled coroutine cancels it; [runSuspending] also
 * waits for the coroutine's end then. A `withTimeout` that nobody caught is a [TimeoutException].
 *
 * Called on the loop's thread, where the coroutine may run on any dispatcher.
 *
 * @param loop the future's loop: the running one, if none is given
 */
@OptIn(ExperimentalCoroutinesApi::class)
public fun <T> Deferred<T>.asFuture(loop: EventLoop = Asyncio.getRunningLoop()): Future<T> {
  val future = loop.createFuture<T> { WaitInfo(WaitInfo.Kind.OTHER, "Kotlin's $this") }
  future.addDoneCallback {
    if (it.cancelled()) {
      cancel(CancellationException(it.cancellation()?.toString() ?: "the future was cancelled"))
    }
  }
  onEnd(loop) {
    val e = getCompletionExceptionOrNull()
    when {
      future.done() -> {}
      e == null -> future.setResult(getCompleted())
      e is TimeoutCancellationException -> future.setException(e.asTimeout())
      e is CancellationException -> future.cancel(e.message)
      else -> future.setException(e)
    }
  }
  return future
}

/** A future that nobody cancels, done when this is. */
private fun Deferred<*>.whenEnded(loop: EventLoop): Future<Unit> {
  val ended = loop.createFuture<Unit> { WaitInfo(WaitInfo.Kind.OTHER, "Kotlin's $this") }
  onEnd(loop) { ended.setResult(Unit) }
  return ended
}

private fun Deferred<*>.onEnd(loop: EventLoop, action: Runnable) {
  invokeOnCompletion { loop.hereIfOpen(action) }
}

@OptIn(ExperimentalCoroutinesApi::class)
private fun <T> Deferred<T>.outcome(cancelled: CancelledError?): T {
  val e = getCompletionExceptionOrNull()
  if (e != null && e !is CancellationException) {
    throw e
  }
  if (cancelled != null) {
    throw cancelled
  }
  return when (e) {
    null -> getCompleted()
    is TimeoutCancellationException -> throw e.asTimeout()
    else -> throw CancelledError(e.message).apply { initCause(e) }
  }
}

private fun TimeoutCancellationException.asTimeout(): TimeoutException =
  TimeoutException(message).also { it.initCause(this) }
