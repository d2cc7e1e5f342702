package jasyncio.kotlin

import jasyncio.Asyncio
import java.util.concurrent.Executors
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.asCoroutineDispatcher

/**
 * Runs a test as a task of a loop, which is given a dispatcher that is another thread. Time is
 * real.
 */
internal fun onLoopAndThread(test: (CoroutineDispatcher) -> Unit) {
  Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { thread ->
    Asyncio.run(Asyncio.coroutine { test(thread) })
  }
}
