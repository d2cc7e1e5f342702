package jasyncio.slf4j.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RequestsTest {
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

  @Test
  void lines_tellWhoseTheyAre() {
    var appender =
        new AppenderBase<ILoggingEvent>() {
          @Override
          protected void append(ILoggingEvent event) {
            lines.add(event.getMDCPropertyMap().get("user") + " " + event.getMessage());
          }
        };
    appender.start();
    var logger = (Logger) LoggerFactory.getLogger(Requests.class);
    logger.setAdditive(false);
    logger.addAppender(appender);
    Requests.main();
    logger.detachAppender(appender);
    assertThat(lines)
        .containsExactlyInAnyOrder(
            "alice begins",
            "bob begins",
            "alice is on another thread",
            "bob is on another thread",
            "alice ends",
            "bob ends");
  }
}
