package jasyncio.kotlin

import jasyncio.EventLoop
import jasyncio.TimerHandle
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Delay
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.DisposableHandle
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.cancel

/**
 * A dispatcher for Kotlin's coroutines that runs them on this loop, each piece as a callback:
 * between two suspension points nothing else runs on the loop, and `delay` and `withTimeout` take
 * the loop's time, which a test may control.
 *
 * What runs here is no task of jasyncio: Java methods that suspend, as `sleep` or those of streams,
 * are called through [callSuspending].
 *
 * A coroutine that is launched or resumed when the loop is closed is cancelled, and ends on
 * [Dispatchers.IO]. One that waits for time while the loop is closed does not go on; end its scope
 * before.
 *
 * May be called by any thread. All dispatchers of a loop are equal.
 */
public fun EventLoop.asCoroutineDispatcher(): CoroutineDispatcher = LoopDispatcher(this)

@OptIn(InternalCoroutinesApi::class, ExperimentalCoroutinesApi::class)
internal class LoopDispatcher(private val loop: EventLoop) : CoroutineDispatcher(), Delay {
  override fun dispatch(context: CoroutineContext, block: Runnable) {
    try {
      loop.soon(context[LoopContext]?.context, block)
    } catch (e: IllegalStateException) {
      cancelled(context, e)
      Dispatchers.IO.dispatch(context, block)
    }
  }

  override fun scheduleResumeAfterDelay(
    timeMillis: Long,
    continuation: CancellableContinuation<Unit>,
  ) {
    val timer =
      later(timeMillis, continuation.context) { with(continuation) { resumeUndispatched(Unit) } }
    continuation.invokeOnCancellation { timer.dispose() }
  }

  override fun invokeOnTimeout(
    timeMillis: Long,
    block: Runnable,
    context: CoroutineContext,
  ): DisposableHandle = later(timeMillis, context, block)

  private fun later(millis: Long, context: CoroutineContext, action: Runnable): DisposableHandle {
    val timer = Timer(loop.time() + millis / 1000.0, action)
    val variables = context[LoopContext]?.context
    try {
      loop.here(variables) { timer.handle = loop.callAt(timer.deadline, timer, variables) }
    } catch (e: IllegalStateException) {
      cancelled(context, e)
    }
    return timer
  }

  private fun cancelled(context: CoroutineContext, e: IllegalStateException) {
    if (!loop.isClosed) {
      throw e
    }
    context.cancel(CancellationException("the event loop is closed", e))
  }

  private inner class Timer(val deadline: Double, private val action: Runnable) :
    Runnable, DisposableHandle {
    var handle: TimerHandle? = null // the loop's

    override fun run() = action.run()

    override fun dispose() {
      loop.hereIfOpen { handle?.cancel() }
    }
  }

  override fun equals(other: Any?): Boolean = other is LoopDispatcher && other.loop === loop

  override fun hashCode(): Int = System.identityHashCode(loop)

  override fun toString(): String = "LoopDispatcher($loop)"
}
