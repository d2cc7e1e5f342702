package jasyncio.recipes.rabbitmq;

import static jasyncio.Asyncio.*;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import jasyncio.BlockingPolicy;
import jasyncio.RunOptions;
import jasyncio.queue.ThreadsafeQueue;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/// Words go to a queue, and their translations come back. The client calls back on a thread of its
/// own: a queue and futures bring that to tasks.
public final class Translator implements AutoCloseable {
  private final Channel channel;
  private final String replies;
  private final ThreadsafeQueue<Delivery> asked = new ThreadsafeQueue<>();
  private final Map<String, CompletableFuture<String>> answers = new ConcurrentHashMap<>();

  public Translator(Connection connection) throws IOException {
    channel = connection.createChannel();
    channel.queueDeclare("words", false, false, true, null);
    replies = channel.queueDeclare().getQueue();
    channel.basicConsume(replies, true, (_, answer) -> answered(answer), _ -> {});
  }

  private void answered(Delivery answer) {
    var future = answers.remove(answer.getProperties().getCorrelationId());
    if (future != null) { // else nobody waits any more
      future.complete(new String(answer.getBody(), UTF_8));
    }
  }

  /// Suspends until there is an answer, under each policy.
  public String translate(String word) throws IOException {
    var id = UUID.randomUUID().toString();
    var answer = new CompletableFuture<String>();
    answers.put(id, answer);
    try {
      var properties = new BasicProperties.Builder().correlationId(id).replyTo(replies).build();
      channel.basicPublish("", "words", properties, word.getBytes(UTF_8));
      return await(answer);
    } finally {
      answers.remove(id);
    }
  }

  /// Answers, until it is cancelled.
  public void serve(UnaryOperator<String> dictionary) throws IOException {
    var consumer = channel.basicConsume("words", true, (_, word) -> asked.putNowait(word), _ -> {});
    try {
      while (true) {
        var word = asked.get();
        var from = word.getProperties();
        var properties =
            new BasicProperties.Builder().correlationId(from.getCorrelationId()).build();
        var answer = dictionary.apply(new String(word.getBody(), UTF_8));
        channel.basicPublish("", from.getReplyTo(), properties, answer.getBytes(UTF_8));
      }
    } finally {
      channel.basicCancel(consumer);
    }
  }

  @Override
  public void close() throws IOException, TimeoutException {
    channel.close();
  }

  static void main(String[] urls) throws Exception {
    var factory = new ConnectionFactory();
    factory.setUri(urls[0]);
    try (var connection = factory.newConnection();
        var translator = new Translator(connection)) {
      run(
          () -> {
            var server = createTask(() -> translator.serve(word -> word.toUpperCase(Locale.ROOT)));
            IO.println(translator.translate("tea"));
            server.cancel();
          },
          RunOptions.defaults().blocking(BlockingPolicy.SWITCH));
    }
  }
}
