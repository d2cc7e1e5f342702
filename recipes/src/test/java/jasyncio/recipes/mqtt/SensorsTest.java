package jasyncio.recipes.mqtt;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jasyncio.CancelledError;
import jasyncio.recipes.EachMode;
import jasyncio.recipes.Mode;
import jasyncio.recipes.MosquittoServer;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@Recipe(
    name = "MQTT: Paho",
    program = Sensors.class,
    libraries = MqttClient.class,
    servers = MosquittoServer.class,
    notes = "it calls back on threads of its own: a `ThreadsafeQueue` leads to the loop")
class SensorsTest {
  private static MosquittoServer server;

  @BeforeAll
  static void open(MosquittoServer started) {
    server = started;
  }

  @Test
  void main_printsWhatTheSensorTold() throws Exception {
    assertThat(Output.of(() -> Sensors.main(new String[] {server.url()})))
        .containsExactly("cellar/temperature: 14");
  }

  @EachMode
  void next_waitsForNews_othersPublish(Mode mode) throws Exception {
    try (var sensors = new Sensors(server.url())) {
      mode.run(() -> {
        mode.call(() -> sensors.subscribe("attic/#"));
        var reader = createTask(() -> sensors.next());
        sleep(0);
        mode.call(() -> sensors.publish("attic/temperature", "31"));
        assertThat(await(reader)).isEqualTo("attic/temperature: 31");
      });
    }
  }

  @EachMode
  void next_cancelledWhileItWaits_losesNothing(Mode mode) throws Exception {
    try (var sensors = new Sensors(server.url())) {
      mode.run(() -> {
        mode.call(() -> sensors.subscribe("attic/#"));
        var reader = createTask(() -> sensors.next());
        sleep(0);
        reader.cancel();
        assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(reader));
        mode.call(() -> sensors.publish("attic/temperature", "31"));
        assertThat(sensors.next()).isEqualTo("attic/temperature: 31");
      });
    }
  }

  @EachMode
  @Shows(in = Column.BLOCK, value = "calls overlap")
  @Shows(in = Column.SWITCH, value = "calls overlap")
  void publish_whileTheBrokerStandsStill_othersRun(Mode mode) throws Exception {
    try (var sensors = new Sensors(server.url())) {
      mode.run(() -> {
        server.pause();
        var published = createTask(() -> mode.call(() -> sensors.publish("attic/light", "on")));
        sleep(0);
        assertThat(published.done()).isFalse();
        server.resume();
        await(published);
      });
    }
  }

  @EachMode
  @Shows(
      in = Column.CANCEL,
      value = "the task ends at once; the client has the message, and sends it all the same")
  void publish_cancelledWhileTheBrokerStandsStill_endsAtOnce(Mode mode) throws Exception {
    try (var sensors = new Sensors(server.url())) {
      mode.run(() -> {
        mode.call(() -> sensors.subscribe("attic/#"));
        server.pause();
        try {
          var begun = new AtomicBoolean(); // a call that has not begun would not take place
          var published =
              createTask(() ->
                  mode.call(() -> {
                    begun.set(true);
                    sensors.publish("attic/light", "on");
                  }));
          mode.until(begun::get);
          published.cancel();
          assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(published));
        } finally {
          server.resume();
        }
        assertThat(sensors.next()).isEqualTo("attic/light: on");
      });
    }
  }
}
