package jasyncio.dist;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.EventLoop;
import jasyncio.cli.AttachedInput;
import jasyncio.http.Http;
import jasyncio.testing.AsyncTest;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The page on systems names everything that asks for one, or for something of POSIX.
class SystemsTest {
  private static final Path PAGE = Path.of("../docs/systems.md");

  /// Who does, and in which line of the page's table it is.
  private static final Map<String, String> ROWS =
      Map.ofEntries(
          Map.entry("jasyncio.net.ServerOptions", "`reuseAddress`"),
          Map.entry("jasyncio.internal.net.Listeners", "`reusePort`"),
          Map.entry("jasyncio.internal.net.DatagramBinder", "`reusePort`"),
          Map.entry("jasyncio.net.Transports", "Unix sockets"),
          Map.entry("jasyncio.internal.net.Connector", "Unix sockets"),
          Map.entry("jasyncio.internal.net.AddressErrors", "Unix sockets"),
          Map.entry("jasyncio.internal.net.StandardInput", "standard input that is closed"),
          Map.entry("jasyncio.process.Subprocesses", "subprocesses"),
          Map.entry("jasyncio.process.ChildStreams", "subprocesses"),
          Map.entry("jasyncio.internal.process.Libc", "subprocesses"),
          Map.entry("jasyncio.internal.process.JdkChild", "`sendSignal`"),
          Map.entry("jasyncio.internal.process.Descriptors", "descriptors as a child's streams"),
          Map.entry("jasyncio.internal.process.JdkLauncher", "descriptors as a child's streams"),
          Map.entry("jasyncio.inspect.InsightSocket", "`ps`, `top` and other visits"),
          Map.entry("jasyncio.inspect.StandingSocket", "`ps`, `top` and other visits"),
          Map.entry("jasyncio.cli.Visit", "`ps`, `top` and other visits"),
          Map.entry("jasyncio.cli.Browser", "`web` opens a browser"),
          Map.entry("jasyncio.cli.TerminalConsole", "caches and the prompt's history"),
          Map.entry("jasyncio.cli.UserCache", "caches and the prompt's history"),
          Map.entry("jasyncio.http.StaticFiles", "static files with symbolic links forbidden"),
          Map.entry("jasyncio.http.Forwarded", "addresses of a proxy's Unix sockets"),
          Map.entry(
              "jasyncio.http.internal.ProxyHeaderParser", "addresses of a proxy's Unix sockets"));

  @Test
  void whoAsksForASystem_isInThePage() throws Exception {
    var found = new TreeSet<String>();
    for (var member : List.of(EventLoop.class, Http.class, AttachedInput.class, AsyncTest.class)) {
      for (var model : ClassFiles.of(member)) {
        if (asks(model) && !isSimulated(model)) {
          found.add(ClassFiles.topLevelName(model));
        }
      }
    }
    assertThat(found).isEqualTo(new TreeSet<>(ROWS.keySet()));
  }

  @Test
  void page_hasARowForEach() throws Exception {
    assertThat(Files.readAllLines(PAGE))
        .satisfies(lines ->
            assertThat(ROWS.values())
                .allMatch(row -> lines.stream().anyMatch(line -> line.startsWith("| " + row))));
  }

  /// Whether it is part of a simulated system, which asks none.
  private static boolean isSimulated(ClassModel model) {
    return ClassFiles.topLevelName(model).startsWith("jasyncio.testing.internal.");
  }

  private static boolean asks(ClassModel model) {
    for (var entry : model.constantPool()) {
      if (switch (entry) {
        case StringEntry text -> isOfASystem(text.stringValue());
        case ClassEntry type ->
            type.asInternalName().startsWith("java/nio/file/attribute/Posix")
                || type.asInternalName().equals("java/net/UnixDomainSocketAddress");
        case MemberRefEntry member -> member.name().equalsString("SO_REUSEPORT");
        default -> false;
      }) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOfASystem(String text) {
    return text.equals("os.name")
        || text.startsWith("/proc/")
        || text.startsWith("/dev/")
        || text.startsWith("/bin/");
  }
}
