// The programs of docs/kotlin.md, as they stand there: PageTest compares, and runs them.
package jasyncio.kotlin.page

import jasyncio.Asyncio
import jasyncio.EventLoop
import jasyncio.kotlin.callSuspending
import jasyncio.kotlin.runSuspending
import jasyncio.net.StreamReader
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.delay

suspend fun price(item: String): Int { // as a library has it
  delay(10.milliseconds)
  return item.length
}

fun total(items: List<String>): Int = runSuspending {
  items.map { async { price(it) } }.awaitAll().sum()
}

fun main() {
  val sum =
    Asyncio.run(
      Asyncio.coroutine {
        val tick = Asyncio.createTask { Asyncio.sleep(0.005) } // runs meanwhile
        val sum = total(listOf("tea", "bread"))
        tick.await()
        sum
      }
    )
  println(sum)
}

suspend fun firstLine(loop: EventLoop, reader: StreamReader): String? =
  loop.callSuspending { reader.readLine() }
