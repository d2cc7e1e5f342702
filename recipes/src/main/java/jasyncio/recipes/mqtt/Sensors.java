package jasyncio.recipes.mqtt;

import static jasyncio.Asyncio.*;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.BlockingPolicy;
import jasyncio.RunOptions;
import jasyncio.queue.ThreadsafeQueue;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/// What sensors tell, by way of a broker.
public final class Sensors implements AutoCloseable {
  private static final int AT_LEAST_ONCE = 1;

  private final MqttClient client;
  // The client calls back on a thread of its own; tasks wait here.
  private final ThreadsafeQueue<String> news = new ThreadsafeQueue<>(1000);

  public Sensors(String url) throws MqttException {
    client = new MqttClient(url, MqttClient.generateClientId(), new MemoryPersistence());
    client.connect();
  }

  /// Blocks until the broker has agreed.
  public void subscribe(String topic) throws MqttException {
    client.subscribe(
        topic,
        AT_LEAST_ONCE,
        // While the queue is full the client reads no more: the broker has to keep it.
        (from, message) ->
            news.blocking().put(from + ": " + new String(message.getPayload(), UTF_8)));
  }

  /// Blocks until the broker has it.
  public void publish(String topic, String value) throws MqttException {
    var message = new MqttMessage(value.getBytes(UTF_8));
    message.setQos(AT_LEAST_ONCE);
    client.publish(topic, message);
  }

  /// Suspends until there is something new, under each policy.
  public String next() {
    return news.get();
  }

  @Override
  public void close() throws MqttException {
    client.disconnect();
    client.close();
  }

  static void main(String[] urls) throws MqttException {
    try (var sensors = new Sensors(urls[0])) {
      run(
          () -> {
            sensors.subscribe("cellar/#");
            var reader = createTask(() -> sensors.next());
            sensors.publish("cellar/temperature", "14");
            IO.println(await(reader));
          },
          RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
    }
  }
}
