package jasyncio.opentelemetry.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import jasyncio.testing.AsyncTest;
import java.util.TreeMap;

class ShopTest {
  @AsyncTest
  void order_isATreeOfSpans() {
    var exporter = InMemorySpanExporter.create();
    try (var provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()) {
      assertThat(new Shop(provider.get("shop")).order()).containsExactly(3, 4);
      var spans = new TreeMap<String, SpanData>();
      exporter.getFinishedSpanItems().forEach(span -> spans.put(span.getName(), span));
      assertThat(spans)
          .containsOnlyKeys(
              "look for cake", "look for tea", "order", "price of cake", "price of tea");
      for (var item : new String[] {"tea", "cake"}) {
        var price = spans.get("price of " + item);
        assertThat(price.getParentSpanId()).isEqualTo(spans.get("order").getSpanId());
        assertThat(spans.get("look for " + item).getParentSpanId()).isEqualTo(price.getSpanId());
      }
    }
  }
}
