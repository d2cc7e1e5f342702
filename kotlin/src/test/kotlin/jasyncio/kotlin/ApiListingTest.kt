package jasyncio.kotlin

import java.nio.file.Path
import kotlin.io.path.readText
import kotlin.io.path.writeText
import org.assertj.core.api.Assertions.assertThat
import org.jetbrains.kotlin.abi.tools.AbiFilters
import org.jetbrains.kotlin.abi.tools.AbiTools
import org.junit.jupiter.api.Tag
import org.junit.jupiter.api.Test

/**
 * The public API is a committed file, as that of the modules in Java; here Kotlin's own tool reads
 * it.
 */
@Tag("architecture")
class ApiListingTest {
  @Test
  fun publicApi_isWhatTheCommittedListSays() {
    val list = Path.of("../docs/api/jasyncio.kotlin.txt")
    val classes =
      Path.of("target/classes").toFile().walk().filter {
        it.extension == "class" && it.name != "module-info.class"
      }
    val dump = StringBuilder()
    AbiTools.getInstance().printJvmDump(dump, classes.sorted().asIterable(), AbiFilters.EMPTY)
    // As in the other listings: a type, and below it its members, two blanks further in.
    val listing =
      dump
        .lines()
        .filter { it != "}" }
        .joinToString("\n") { it.removeSuffix(" {").replace("\t", "  ") }
        .trimEnd() + "\n"
    if (java.lang.Boolean.getBoolean("jasyncio.api.update")) {
      list.writeText(listing)
    }
    assertThat(listing)
      .describedAs("run again with -Djasyncio.api.update=true if the API was meant to change")
      .isEqualTo(list.readText())
  }
}
