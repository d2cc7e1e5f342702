package jasyncio.kotlin

import jasyncio.Asyncio
import jasyncio.kotlin.page.firstLine
import jasyncio.kotlin.page.main
import jasyncio.net.StreamReader
import jasyncio.testing.AsyncTest
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import java.nio.file.Path
import kotlin.io.path.readText
import org.assertj.core.api.Assertions.assertThat
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
    val out = System.out
    val printed = ByteArrayOutputStream()
    System.setOut(PrintStream(printed, true))
    try {
      main()
    } finally {
      System.setOut(out)
    }
    assertThat(printed.toString().trim()).isEqualTo("8")
  }

  @AsyncTest
  fun firstLine_isRead() {
    val reader = StreamReader()
    reader.feedData("a line\nanother".toByteArray())
    val loop = Asyncio.getRunningLoop()
    assertThat(runSuspending { firstLine(loop, reader) }).isEqualTo("a line")
  }
}
