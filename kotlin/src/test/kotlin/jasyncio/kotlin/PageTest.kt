package jasyncio.kotlin

import jasyncio.Asyncio
import jasyncio.kotlin.page.firstLine
import jasyncio.kotlin.page.main
import jasyncio.kotlin.pages.main as fromKotlin
import jasyncio.net.StreamReader
import jasyncio.testing.AsyncTest
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import java.nio.file.Path
import kotlin.io.path.readText
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Tag
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.parallel.ResourceLock
import org.junit.jupiter.api.parallel.Resources

/** The page about Kotlin has programs that are compiled here. */
class PageTest {
  @Test
  fun programsOfThePage_areThoseThatAreCompiled() {
    val page = Path.of("../docs/kotlin.md").readText()
    val compiled = Path.of("src/test/kotlin/jasyncio/kotlin/Page.kt").readText()
    val programs = Regex("```kotlin\n(.*?)```", RegexOption.DOT_MATCHES_ALL).findAll(page).toList()
    assertThat(programs).hasSize(2)
    for (program in programs) {
      assertThat(compiled).contains(program.groupValues[1])
    }
  }

  @Test
  @ResourceLock(Resources.SYSTEM_OUT)
  fun programOfBoth_printsWhatThePageSays() {
    assertThat(printed { main() }).containsExactly("8")
  }

  /** The one of the page for who comes from Kotlin: its counterpart in Java prints the same. */
  @Test
  @Tag("slow")
  @ResourceLock(Resources.SYSTEM_OUT)
  fun programFromKotlin_printsWhatThePageSays() {
    assertThat(printed { fromKotlin() }).containsExactly("A", "B", "stopped: no page c")
  }

  private fun printed(program: () -> Unit): List<String> {
    val out = System.out
    val printed = ByteArrayOutputStream()
    System.setOut(PrintStream(printed, true))
    try {
      program()
    } finally {
      System.setOut(out)
    }
    return printed.toString().lines().filter { it.isNotEmpty() }
  }

  @AsyncTest
  fun firstLine_isRead() {
    val reader = StreamReader()
    reader.feedData("a line\nanother".toByteArray())
    val loop = Asyncio.getRunningLoop()
    assertThat(runSuspending { firstLine(loop, reader) }).isEqualTo("a line")
  }
}
