package jasyncio.http;

import static jasyncio.Asyncio.toThread;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.net.TlsContexts;
import jasyncio.testing.OnLoop;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// h2spec 2.2.0: all of its questions about HTTP/2, the strict ones, too.
@OnLoop
class H2SpecTest {
  private static final Path KEYS = Path.of("../conformance/src/test/python/certificates");
  private static final int BLOCK = 512; // bytes, of a tar file

  @TempDir private static Path folder;

  @BeforeAll
  static void unpack() throws IOException {
    var system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    assumeTrue(system.equals("Linux amd64"), "there is no h2spec for " + system + " here");
    try (var packed =
        new GZIPInputStream(
            Objects.requireNonNull(
                ClassLoader.getSystemResourceAsStream("h2spec/2.2.0/h2spec_linux_amd64.tar.gz")))) {
      while (true) {
        byte[] head = packed.readNBytes(BLOCK);
        if (head.length < BLOCK) {
          throw new EOFException("there is no h2spec in its archive");
        }
        var name = new String(head, 0, 100, UTF_8).split("\0", 2)[0];
        int size = Integer.parseInt(new String(head, 124, 11, UTF_8).strip(), 8);
        byte[] content = packed.readNBytes(size);
        packed.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        if (name.endsWith("h2spec")) {
          Files.write(folder.resolve("h2spec"), content);
          assertThat(folder.resolve("h2spec").toFile().setExecutable(true)).isTrue();
          return;
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void all_isAsTheStandardsSay(boolean tls) throws Exception {
    var options = HttpOptions.defaults();
    if (tls) {
      options = options.tls(TlsContexts.server(KEYS.resolve("cert.pem"), KEYS.resolve("key.pem")));
    }
    Handler handler = rq -> Response.text(rq.text() + "Hello");
    try (var server = Http.start(handler, "127.0.0.1", 0, options)) {
      var command =
          new ArrayList<>(
              List.of(
                  folder.resolve("h2spec").toString(),
                  "--host=127.0.0.1",
                  "--port=" + server.port(),
                  "--timeout=10",
                  "--strict"));
      if (tls) {
        command.addAll(List.of("--tls", "--insecure"));
      }
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var output = toThread(() -> new String(process.getInputStream().readAllBytes(), UTF_8));
      assertThat(output).contains("146 tests, 146 passed, 0 skipped, 0 failed");
    }
  }
}
