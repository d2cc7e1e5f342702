package jasyncio.recipes.logging;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import jasyncio.CancelledError;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import jasyncio.slf4j.MdcContext;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

@Recipe(
    name = "SLF4J's MDC, logback",
    program = Requests.class,
    libraries = {org.slf4j.Logger.class, Logger.class},
    notes = "with `jasyncio-slf4j`")
class RequestsTest {
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(Requests.class);

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(event.getMDCPropertyMap().get("user") + " " + event.getMessage());
        }
      };

  @BeforeAll
  static void install() {
    MdcContext.install();
  }

  @BeforeEach
  void listen() {
    appender.start();
    LOGGER.addAppender(appender);
    LOGGER.setAdditive(false);
  }

  @AfterEach
  void listenNoMore() {
    LOGGER.setAdditive(true);
    LOGGER.detachAppender(appender);
  }

  @Test
  void main_printsWhoseItIs() throws Exception {
    LOGGER.setAdditive(true);
    assertThat(Output.of(Requests::main))
        .containsExactlyInAnyOrder(
            "alice begins", "bob begins", "bob is in a thread", "bob ends", "alice ends");
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "values go along to the thread")
  @Shows(in = Column.SWITCH, value = "each task has its own while another one blocks")
  void values_ofTasksThatTakeTurns_areNotMixed(Mode mode) {
    mode.run(() -> {
      var alice = new CountDownLatch(1);
      var bob = new CountDownLatch(1);
      await(
          gatherActions(
              () ->
                  Requests.handle(
                      "alice",
                      () ->
                          mode.call(() -> {
                            alice.countDown();
                            bob.await(); // until bob's has logged
                            LOGGER.info("works");
                          })),
              () -> {
                mode.call(() -> alice.await());
                Requests.handle("bob", () -> mode.call(() -> LOGGER.info("works")));
                bob.countDown();
              }));
      assertThat(MDC.get("user")).isNull();
    });
    assertThat(lines)
        .containsExactly(
            "alice begins", "bob begins", "bob works", "bob ends", "alice works", "alice ends");
  }

  @EachMode
  @Shows(in = Column.CANCEL, value = "clean-up has its values still, and the next task has none")
  void values_ofATaskThatIsCancelled_areThereToItsEnd(Mode mode) throws Exception {
    mode.run(() -> {
      var working = new CountDownLatch(1);
      var release = new CountDownLatch(1);
      var request =
          createTask(() ->
              Requests.handle(
                  "alice",
                  () ->
                      mode.call(() -> {
                        working.countDown();
                        release.await();
                      })));
      toThread(() -> working.await());
      request.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(request));
      release.countDown();
      await(createTask(() -> LOGGER.info("next")));
    });
    assertThat(lines).containsExactly("alice begins", "alice ends", "null next");
  }
}
