package jasyncio.opentelemetry.docs;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;

import io.opentelemetry.api.trace.Tracer;
import java.util.List;

/// The example of the tutorial.
final class Shop {
  private final Tracer tracer;

  Shop(Tracer tracer) {
    this.tracer = tracer;
  }

  List<Integer> order() {
    var span = tracer.spanBuilder("order").startSpan();
    try (var _ = span.makeCurrent()) {
      return await(gather(() -> price("tea"), () -> price("cake"))); // children of "order"
    } finally {
      span.end();
    }
  }

  int price(String item) {
    var span = tracer.spanBuilder("price of " + item).startSpan();
    try (var _ = span.makeCurrent()) {
      sleep(0.1); // the other one runs, and has its own span
      return toThread(() -> look(item)); // a child of this one, on another thread
    } finally {
      span.end();
    }
  }

  private int look(String item) {
    tracer.spanBuilder("look for " + item).startSpan().end();
    return item.length();
  }
}
