package jasyncio.kotlin

import jasyncio.EventLoop
import jasyncio.Future
import kotlin.coroutines.resume
import kotlin.coroutines.suspendCoroutine
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext

/**
 * Waits in a suspend function for a task or future, of any loop and on any dispatcher, and gives
 * its result. (`await()` itself is for tasks of jasyncio.)
 *
 * Throws the future's exception, or [CancellationException] if the future was cancelled.
 *
 * **Cancellation** of the coroutine cancels the future, as in asyncio; [jasyncio.Asyncio.shield]
 * prevents that. A task that cleans up is waited for.
 *
 * Python: `await future`.
 */
public suspend fun <T> Future<T>.awaitSuspending(): T = awaitOn(loop) { this }

/**
 * Calls in a suspend function what suspends in jasyncio's way: runs [body] as a task of this loop,
 * waits for it, and gives its result.
 *
 * ```
 * suspend fun firstLine(loop: EventLoop, reader: StreamReader): String? = loop.callSuspending { reader.readLine() }
 * ```
 *
 * May be called on any dispatcher; the loop has to run. Throws what the body throws, and
 * [CancellationException] if its task was cancelled.
 *
 * **Cancellation** of the coroutine cancels the task, and waits for its end.
 */
public suspend fun <T> EventLoop.callSuspending(body: () -> T): T =
  awaitOn(this) { createTask(body) }

/** Waits for the future that [make] gives on the loop. */
private suspend fun <T> awaitOn(loop: EventLoop, make: () -> Future<T>): T {
  val variables = currentCoroutineContext()[LoopContext]?.context
  var made: Future<T>? = null // the loop's
  try {
    // As a value: an error that resumes a coroutine may be replaced by a copy.
    val outcome: Result<T> = suspendCancellableCoroutine { waiter ->
      loop.here(variables) {
        val future = make()
        made = future
        future.whenDone { waiter.resume(it.outcome()) }
      }
      // After the loop was asked to begin, so that it is asked to cancel after that.
      waiter.invokeOnCancellation { cause ->
        loop.hereIfOpen { made?.takeUnless { it.done() }?.cancel(cause?.message) }
      }
    }
    return outcome.getOrThrow()
  } catch (e: CancellationException) {
    withContext(NonCancellable) { loop.join { made } }
    throw e
  }
}

/** Waits until the future has ended, if there is one. */
private suspend fun EventLoop.join(future: () -> Future<*>?) = suspendCoroutine { waiter ->
  val open = hereIfOpen { future()?.whenDone { waiter.resume(Unit) } ?: waiter.resume(Unit) }
  if (!open) {
    waiter.resume(Unit)
  }
}

private fun <T> Future<T>.whenDone(action: (Future<T>) -> Unit) {
  if (done()) {
    action(this)
  } else {
    addDoneCallback { action(this) }
  }
}

private fun <T> Future<T>.outcome(): Result<T> =
  if (cancelled()) {
    val reason = cancellation()?.toString() ?: "the future was cancelled"
    Result.failure(CancellationException(reason))
  } else {
    runCatching { result() }
  }
