package jasyncio.recipes.rabbitmq;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import jasyncio.CancelledError;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.QpidServer;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@Recipe(
    name = "RabbitMQ's client",
    program = Translator.class,
    libraries = ConnectionFactory.class,
    servers = QpidServer.class,
    notes = "with Apache Qpid's broker; it calls back on threads of its own")
class TranslatorTest {
  private static QpidServer server;
  private static Connection connection;

  @BeforeAll
  static void open(QpidServer started) throws Exception {
    server = started;
    var factory = new ConnectionFactory();
    factory.setUri(server.url());
    connection = factory.newConnection();
  }

  @AfterAll
  static void close() throws Exception {
    if (connection != null) {
      connection.close();
    }
  }

  @Test
  void main_printsTheTranslation() throws Exception {
    assertThat(Output.of(() -> Translator.main(new String[] {server.url()})))
        .containsExactly("TEA");
  }

  @EachMode
  void translate_waitsForTheAnswer_othersRun(Mode mode) throws Exception {
    try (var translator = new Translator(connection)) {
      mode.run(() -> {
        var asked = createTask(() -> translator.translate("tea"));
        var serving = createTask(() -> translator.serve(word -> word.toUpperCase(Locale.ROOT)));
        assertThat(await(asked)).isEqualTo("TEA");
        serving.cancel();
      });
    }
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "calls overlap")
  @Shows(in = Column.SWITCH, value = "calls overlap")
  void queueDeclare_whileTheBrokerStandsStill_othersRun(Mode mode) throws Exception {
    try (var channel = connection.createChannel()) {
      mode.run(() -> {
        server.pause();
        var declared = createTask(() -> mode.call(() -> channel.queueDeclare()));
        sleep(0);
        assertThat(declared.done()).isFalse();
        server.resume();
        assertThat(await(declared).getQueue()).isNotEmpty();
      });
    }
  }

  @EachMode
  @Shows(in = Column.CANCEL, value = "awaited answers: at once, in both")
  void translate_cancelledWhileItWaits_endsAtOnce(Mode mode) throws Exception {
    try (var translator = new Translator(connection)) {
      mode.run(() -> {
        var asked = createTask(() -> translator.translate("tea"));
        sleep(0);
        asked.cancel();
        assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(asked));
      });
    }
  }

  /// The client ignores interrupts.
  @EachMode
  @Shows(
      in = Column.CANCEL,
      value =
          "the client's calls: `BLOCK`: the task ends at once, the call goes on; `SWITCH`: only when the"
              + " broker has answered")
  void queueDeclare_cancelledWhileTheBrokerStandsStill_isNotInterrupted(Mode mode)
      throws Exception {
    try (var channel = connection.createChannel()) {
      mode.run(() -> {
        server.pause();
        var declared = createTask(() -> mode.call(() -> channel.queueDeclare()));
        sleep(0);
        declared.cancel();
        sleep(0);
        assertThat(declared.done()).isEqualTo(mode == Mode.BLOCK);
        server.resume();
        if (mode == Mode.BLOCK) {
          assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(declared));
        } else {
          assertThat(await(declared).getQueue()).isNotEmpty();
        }
      });
    }
  }
}
