package jasyncio.opentelemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import jasyncio.Action;
import java.util.Map;
import java.util.TreeMap;

/// Spans of the real SDK, and whose child each of them was.
final class Spans implements AutoCloseable {
  static final String NOBODY = "nobody";

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final SdkTracerProvider provider =
      SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(exporter)).build();
  private final Tracer tracer = provider.get("test");

  /// Runs `body` in a span, which is current meanwhile.
  <X extends Exception> void in(String name, Action<X> body) throws X {
    var span = start(name);
    try (var _ = span.makeCurrent()) {
      body.run();
    } finally {
      span.end();
    }
  }

  /// A span that begins and ends here.
  void mark(String name) {
    start(name).end();
  }

  /// A span that has ended and is still current: somebody forgot to close the scope.
  @SuppressWarnings("MustBeClosedChecker")
  void leave(String name) {
    var span = start(name);
    span.makeCurrent();
    span.end();
  }

  Span start(String name) {
    return tracer.spanBuilder(name).startSpan();
  }

  /// The name of each ended span, and that of its parent.
  Map<String, String> parents() {
    var spans = exporter.getFinishedSpanItems();
    var names = new TreeMap<String, String>();
    spans.forEach(span -> names.put(span.getSpanId(), span.getName()));
    var parents = new TreeMap<String, String>();
    spans.forEach(
        span -> parents.put(span.getName(), names.getOrDefault(span.getParentSpanId(), NOBODY)));
    return parents;
  }

  @Override
  public void close() {
    provider.close();
  }
}
