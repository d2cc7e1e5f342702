package jasyncio.net;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Codecs of the JDK, which know nothing of coroutines, on a connection.
@Timeout(600)
class StreamAdaptersTest {
  private interface Codec {
    void run(InputStream in, OutputStream out) throws Exception;
  }

  /// Runs `codec` on one side of a connection whose other side sends back what it gets.
  private static void withEcho(Codec codec) throws Exception {
    run(() -> {
      ClientHandler echo =
          (reader, writer) -> {
            try (writer) {
              reader.transferTo(writer);
            }
          };
      try (var server = Streams.startServer(echo, "127.0.0.1", 0);
          var connection = Streams.openConnection("127.0.0.1", portOf(server))) {
        codec.run(connection.reader().asInputStream(), connection.writer().asOutputStream());
        assertThat(connection.writer().isClosing()).isFalse();
        connection.writer().writeEof();
        assertThat(connection.reader().read()).isEmpty();
      }
    });
  }

  private static int portOf(Server server) throws IOException {
    return server.port();
  }

  @Test
  void dataStreams_work() throws Exception {
    withEcho((in, out) -> {
      var data = new DataOutputStream(out);
      data.writeInt(42);
      data.writeUTF("größe");
      data.writeDouble(1.5);
      var back = new DataInputStream(in);
      assertThat(back.readInt()).isEqualTo(42);
      assertThat(back.readUTF()).isEqualTo("größe");
      assertThat(back.readDouble()).isEqualTo(1.5);
    });
  }

  @Test
  void gzip_works_andItsEndIsNotThatOfTheConnection() throws Exception {
    var text = "to be compressed, ".repeat(10_000);
    withEcho((in, out) -> {
      try (var zipped = new GZIPOutputStream(out)) {
        zipped.write(text.getBytes(UTF_8));
      }
      assertThat(new String(new GZIPInputStream(in).readNBytes(text.length()), UTF_8))
          .isEqualTo(text);
    });
  }

  @Test
  void objects_work() throws Exception {
    withEcho((in, out) -> {
      var objects = new ObjectOutputStream(out);
      var value = Map.of("numbers", List.of(1, 2, 3), "text", List.of("a"));
      objects.writeObject(value);
      objects.flush();
      assertThat(new ObjectInputStream(in).readObject()).isEqualTo(value);
    });
  }

  @Test
  void text_works_inAnyCharset() throws Exception {
    withEcho((in, out) -> {
      var text = new BufferedWriter(new OutputStreamWriter(out, UTF_16BE));
      text.write("größe\nand a second line\n");
      text.flush();
      var lines = new BufferedReader(new InputStreamReader(in, UTF_16BE));
      assertThat(lines.readLine()).isEqualTo("größe");
      assertThat(lines.readLine()).isEqualTo("and a second line");
    });
  }

  @Test
  void otherTasks_runWhileACodecWaits() {
    run(() -> {
      var reader = new StreamReader();
      var task = createTask(() -> new DataInputStream(reader.asInputStream()).readInt());
      for (int i = 0; i < 4; i++) {
        sleep(0);
        assertThat(task.done()).isFalse();
        reader.feedData(new byte[] {(byte) i});
      }
      assertThat(task.await()).isEqualTo(0x00010203);
    });
  }

  @Test
  void inputStream_behavesAsOneDoes() throws Exception {
    run(() -> {
      var reader = new StreamReader();
      var in = reader.asInputStream();
      assertThat(in.available()).isZero();
      reader.feedData(new byte[] {1, (byte) 0xFF, 3, 4, 5, 6});
      assertThat(in.available()).isEqualTo(6);
      assertThat(in.read()).isEqualTo(1);
      assertThat(in.read()).isEqualTo(0xFF);
      assertThat(in.skip(1)).isEqualTo(1);
      var target = new byte[4];
      assertThat(in.read(target, 1, 2)).isEqualTo(2);
      assertThat(target).containsExactly(0, 4, 5, 0);
      assertThat(in.read(target, 0, 0)).isZero();
      assertThatThrownBy(() -> in.read(target, 3, 2)).isInstanceOf(IndexOutOfBoundsException.class);
      reader.feedEof();
      assertThat(in.read()).isEqualTo(6);
      assertThat(in.read()).isEqualTo(-1);
      assertThat(in.read(target)).isEqualTo(-1);
      assertThatThrownBy(() -> new DataInputStream(in).readInt()).isInstanceOf(EOFException.class);
    });
  }

  @Test
  void closedAdapters_areClosed_andTheConnectionIsNot() throws Exception {
    withEcho((in, out) -> {
      out.write('x');
      assertThat(in.read()).isEqualTo('x');
      in.close();
      in.close();
      out.close();
      out.close();
      assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessage("Stream closed");
      assertThatThrownBy(() -> in.read(new byte[1])).hasMessage("Stream closed");
      assertThatThrownBy(in::available).hasMessage("Stream closed");
      assertThatThrownBy(() -> out.write(1))
          .isInstanceOf(IOException.class)
          .hasMessage("Stream closed");
      assertThatThrownBy(out::flush).hasMessage("Stream closed");
    });
  }

  @Test
  void transferTo_ofMuch_keepsBothSidesInMotion() throws Exception {
    withEcho((in, out) -> {
      var data = new byte[5_000_000];
      new Random(1).nextBytes(data);
      var sending = createTask(() -> out.write(data));
      var received = new ByteArrayOutputStream();
      var buffer = new BufferedInputStream(in);
      received.writeBytes(buffer.readNBytes(data.length));
      sending.await();
      assertThat(Arrays.equals(received.toByteArray(), data)).isTrue();
    });
  }

  @Test
  void transferTo_countsTheBytes() throws Exception {
    run(() -> {
      var reader = new StreamReader();
      var f = new StreamReader();
      var protocol = new StreamReaderProtocol(f);
      var transport = new MemoryTransport(jasyncio.Asyncio.getRunningLoop(), protocol);
      var writer = new StreamWriter(transport, protocol, null);
      reader.feedData("abc".getBytes(UTF_8));
      createTask(() -> {
        sleep(0);
        reader.feedData("de".getBytes(UTF_8));
        sleep(0);
        reader.feedEof();
      });
      assertThat(reader.transferTo(writer)).isEqualTo(5);
      assertThat(transport.text()).isEqualTo("abcde");
      assertThat(writer.isClosing()).isFalse();
      writer.close();
    });
  }
}
