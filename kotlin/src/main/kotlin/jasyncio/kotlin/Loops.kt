package jasyncio.kotlin

import jasyncio.Context
import jasyncio.EventLoop

/** Whether the calling code runs on this loop. */
internal val EventLoop.isHere: Boolean
  get() = EventLoop.running() === this

/** Has [action] run in the loop's next iteration. Any thread. */
internal fun EventLoop.soon(context: Context?, action: Runnable) {
  if (isHere) {
    callSoon(action, context)
  } else {
    callSoonThreadsafe(action, context)
  }
}

/** Runs [action] on the loop: now, if this is it. Any thread. */
internal fun EventLoop.here(context: Context?, action: Runnable) {
  if (isHere) {
    action.run()
  } else {
    callSoonThreadsafe(action, context)
  }
}

/** The same, for what a loop that is closed needs no more. Says whether there is one. */
internal fun EventLoop.hereIfOpen(action: Runnable): Boolean =
  try {
    here(null, action)
    true
  } catch (e: IllegalStateException) {
    if (!isClosed) {
      throw e
    }
    false
  }
