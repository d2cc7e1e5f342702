package jasyncio.kotlin.pages

import java.io.IOException
import kotlinx.coroutines.*
import kotlinx.coroutines.channels.Channel

suspend fun fetch(page: String): String {
  delay(100)
  if (page == "c") throw IOException("no page c")
  return page.uppercase()
}

fun main() = runBlocking {
  val pages = Channel<String>(2)
  try {
    withTimeout(10_000) {
      launch {
        for (page in listOf("a", "b", "c", "d", "e", "f")) pages.send(page)
        pages.close()
      }
      for (page in pages) println(fetch(page))
    }
  } catch (e: IOException) {
    println("stopped: ${e.message}")
  }
}
