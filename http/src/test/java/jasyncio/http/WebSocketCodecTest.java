package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.http.internal.WebSocketCodec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The frames of WebSockets: messages that come as a whole are not taken by Netty's decoder, and
/// must be what it makes of them.
class WebSocketCodecTest {
  private static final int MOST = 200; // bytes of a message

  /// What a codec has told of.
  private static final class Told implements WebSocketCodec.Events {
    final List<String> all = new ArrayList<>();

    @Override
    public void text(String text, byte[] encoded) {
      all.add("text " + text + " " + HexFormat.of().formatHex(encoded));
    }

    @Override
    public void binary(byte[] data) {
      all.add("binary " + HexFormat.of().formatHex(data));
    }

    @Override
    public void ping(byte[] data) {
      all.add("ping " + HexFormat.of().formatHex(data));
    }

    @Override
    public void pong(byte[] data) {
      all.add("pong " + HexFormat.of().formatHex(data));
    }

    @Override
    public void close(int code, String reason) {
      all.add("close " + code + " " + reason);
    }

    @Override
    public void failed(int code, String why) {
      all.add("failed " + code);
    }
  }

  /// What is told of bytes that come in pieces of so many.
  private static List<String> told(boolean client, byte[] bytes, Random random, int longest) {
    var told = new Told();
    var codec = new WebSocketCodec(client, MOST, null, told, data -> {});
    for (int from = 0; from < bytes.length; ) {
      int to = Math.min(bytes.length, from + 1 + random.nextInt(longest));
      codec.receive(ByteBuffer.wrap(Arrays.copyOfRange(bytes, from, to)));
      from = to;
    }
    codec.close();
    return told.all;
  }

  /// Frames as they come from the other side of one that is a client or not; now and then wrong.
  private static byte[] frames(Random random, boolean client) {
    var frames = new ByteArrayOutputStream();
    boolean inMessage = false;
    for (int i = 1 + random.nextInt(8); i > 0; i--) {
      boolean last = random.nextInt(4) > 0;
      int opcode = inMessage ? 0 : 1 + random.nextInt(2);
      inMessage = !last;
      if (random.nextInt(6) == 0) { // in between
        putFrame(frames, random, 0x89 + random.nextInt(2), random.nextInt(20), !client);
      }
      int first = (last ? 0x80 : 0) | opcode;
      boolean wrong = random.nextInt(40) == 0;
      int length =
          random.nextInt(8) == 0 ? 124 + random.nextInt(4) : random.nextInt(wrong ? 300 : 70);
      putFrame(frames, random, wrong ? random.nextInt(256) : first, length, !client ^ wrong);
    }
    return frames.toByteArray();
  }

  private static void putFrame(
      ByteArrayOutputStream frames, Random random, int first, int length, boolean masked) {
    frames.write(first);
    int bit = masked ? 0x80 : 0;
    if (length < 126 && random.nextInt(60) > 0) {
      frames.write(bit | length);
    } else {
      frames.writeBytes(new byte[] {(byte) (bit | 126), (byte) (length >> 8), (byte) length});
    }
    var mask = new byte[4];
    if (masked) {
      random.nextBytes(mask);
      frames.writeBytes(mask);
    }
    for (int i = 0; i < length; i++) {
      int plain = random.nextInt(500) == 0 ? 0xFF : 'a' + random.nextInt(26);
      frames.write(plain ^ mask[i & 3]);
    }
  }

  private static void areTakenAlike(boolean client) {
    var random = new Random(7);
    int failed = 0;
    for (int i = 0; i < 3000; i++) {
      var bytes = frames(random, client);
      var byteByByte = told(client, bytes, random, 1);
      assertThat(told(client, bytes, random, bytes.length)).isEqualTo(byteByByte);
      var atOnce = new Told();
      new WebSocketCodec(client, MOST, null, atOnce, data -> {}).receive(ByteBuffer.wrap(bytes));
      assertThat(atOnce.all).isEqualTo(byteByByte);
      failed += byteByByte.toString().contains("failed") ? 1 : 0;
    }
    assertThat(failed).isBetween(300, 2000);
  }

  @Test
  void framesToAServer_areWhatTheDecoderMakesOfThem_howeverTheyCome() {
    areTakenAlike(false);
  }

  @Test
  void framesToAClient_areWhatTheDecoderMakesOfThem_howeverTheyCome() {
    areTakenAlike(true);
  }

  @Test
  void message_ofAnyLength_isUnmasked() {
    for (int n = 0; n <= MOST; n++) {
      var text = "å".repeat(n / 2) + "x".repeat(n % 2);
      var frame = new ByteArrayOutputStream();
      frame.writeBytes(
          n < 126
              ? new byte[] {(byte) 0x81, (byte) (128 | n)}
              : new byte[] {(byte) 0x81, -2, 0, (byte) n});
      byte[] mask = {1, -2, 3, -4};
      frame.writeBytes(mask);
      var bytes = text.getBytes(UTF_8);
      for (int i = 0; i < bytes.length; i++) {
        frame.write(bytes[i] ^ mask[i & 3]);
      }
      var told = new Told();
      new WebSocketCodec(false, MOST, null, told, data -> {})
          .receive(ByteBuffer.wrap(frame.toByteArray()));
      assertThat(told.all).containsExactly("text " + text + " " + HexFormat.of().formatHex(bytes));
    }
  }
}
