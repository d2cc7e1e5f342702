package jasyncio.testing.docs;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jasyncio.net.StreamReader;
import jasyncio.net.StreamWriter;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.MemoryStreams;
import jasyncio.testing.Points;
import jasyncio.testing.TestScope;
import jasyncio.util.Point;
import java.io.IOException;
import java.net.SocketException;

class GreeterTest {
  static void greet(StreamReader reader, StreamWriter writer) throws IOException {
    try (writer) {
      for (String name; (name = reader.readLine()) != null; ) {
        Point.at("before an answer");
        writer.write("hello, " + name + "\n");
        writer.drain();
      }
    }
  }

  @AsyncTest
  void greet_answersEachLine(TestScope scope) throws IOException {
    try (var pair = MemoryStreams.pair()) {
      scope.background(() -> greet(pair.right().reader(), pair.right().writer()));
      pair.left().writer().write("ann\n");
      assertThat(pair.left().reader().readLine()).isEqualTo("hello, ann");
    }
  }

  @AsyncTest
  void greet_ofAClientWhoLeaves_isToldSo(Points points) throws IOException {
    try (var pair = MemoryStreams.pair()) {
      var held = points.hold("before an answer");
      var greeting = createTask(() -> greet(pair.right().reader(), pair.right().writer()));
      pair.left().writer().write("ann\n");
      held.reached(); // it has read the name, and not answered
      pair.left().writer().close();
      held.release();
      assertThatExceptionOfType(SocketException.class).isThrownBy(() -> await(greeting));
    }
  }
}
