package jasyncio.http;

import static jasyncio.Asyncio.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/// What the traces of errors in handlers look like.
class TracesTest {
  private static final Logger LOGGER = Logger.getLogger("jasyncio");

  private static final class Records extends Handler {
    final List<Throwable> thrown = new ArrayList<>();

    @Override
    public void publish(LogRecord each) {
      thrown.add(each.getThrown());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private static Response fail() {
    throw new IllegalStateException("broken");
  }

  @Test
  void framesOfTheServer_areFolded() throws Exception {
    var records = new Records();
    LOGGER.setUseParentHandlers(false);
    LOGGER.addHandler(records);
    try {
      run(() -> {
        try (var server = Http.start(rq -> fail(), "127.0.0.1", 0);
            var client = new HttpClient()) {
          client.get("http://127.0.0.1:" + server.port()).send();
        }
      });
    } finally {
      LOGGER.removeHandler(records);
      LOGGER.setUseParentHandlers(true);
    }
    var lines = List.of(records.thrown.getFirst().getStackTrace()).stream().map(Object::toString);
    assertThat(lines)
        .hasSize(3)
        .last()
        .asString()
        .matches("… \\d+ library frames at (app//)?jasyncio\\.http\\.Answers\\..*");
  }
}
