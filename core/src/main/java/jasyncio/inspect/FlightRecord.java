package jasyncio.inspect;

import static java.nio.charset.StandardCharsets.US_ASCII;

import jasyncio.internal.base.Log;
import jasyncio.internal.face.Loops;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;

/// What Flight Recorder records for a visitor: what the JVM has to tell, and each turn of its
/// loops. On the visitor's thread.
///
/// The recording goes to a file of this user's, from which the visitor gets it piece by piece, as
/// they may not see the same directories. If the program ends before, it is left there.
final class FlightRecord implements AutoCloseable {
  private static final int PIECE = 1 << 19; // bytes
  private static final Map<String, String> OURS =
      Map.of(
          "jasyncio.Turn#enabled", "true",
          "jasyncio.CutTurn#enabled", "true",
          "jasyncio.Step#enabled", "true",
          "jasyncio.Step#threshold", "10 ms",
          "jdk.ActiveRecording#enabled", "true"); // says when it began, and how much is kept

  private final Recording recording;
  private final Path file;
  private boolean stopped;

  private FlightRecord(Recording recording, Path file) {
    this.recording = recording;
    this.file = file;
  }

  /// Begins to record.
  ///
  /// @param settings a configuration of the JDK's, `default` or `profile`; `none` for our events
  ///   alone
  /// @param maxSize so many bytes are kept of it, the latest
  static FlightRecord start(String settings, long maxSize) {
    if (ModuleLayer.boot().findModule("jdk.jfr").isEmpty()) {
      throw new IllegalArgumentException(
          "the program's JVM has no Flight Recorder: its image lacks module jdk.jfr");
    }
    var all = new HashMap<String, String>();
    try {
      if (!settings.equals("none")) {
        all.putAll(Configuration.getConfiguration(settings).getSettings());
      }
      all.putAll(OURS);
      var file = Files.createTempFile("jasyncio-record-", ".jfr");
      try {
        return start(all, maxSize, file);
      } catch (Throwable e) {
        Files.deleteIfExists(file);
        throw e;
      }
    } catch (IOException | ParseException e) {
      throw new IllegalArgumentException("the program cannot record: " + e, e);
    }
  }

  private static FlightRecord start(Map<String, String> settings, long maxSize, Path file)
      throws IOException {
    var recording = new Recording(settings);
    try {
      recording.setName("jasyncio record");
      recording.setToDisk(true);
      recording.setMaxSize(maxSize);
      recording.setDestination(file);
      recording.setDumpOnExit(true);
      recording.start();
      Loops.lookWhoRecords();
      return new FlightRecord(recording, file);
    } catch (Throwable e) {
      recording.close();
      throw e;
    }
  }

  /// Where it is left if the program ends.
  Map<String, @Nullable Object> state() {
    var state = new LinkedHashMap<String, @Nullable Object>();
    state.put("file", file.toString());
    state.put("bytes", recording.getSize());
    return state;
  }

  /// Ends it.
  Map<String, @Nullable Object> stop() {
    try {
      if (!stopped) {
        stopped = true;
        recording.stop();
        Loops.lookWhoRecords();
      }
      long size = Files.size(file);
      if (size == 0) {
        throw new IOException("nothing could be written to " + file);
      }
      return Map.of("bytes", size);
    } catch (IOException e) {
      throw new IllegalArgumentException("the recording is lost: " + e, e);
    }
  }

  /// A piece of what was recorded; none at its end.
  Map<String, @Nullable Object> read(long from) {
    try (var channel = FileChannel.open(file)) {
      var buffer = ByteBuffer.allocate(PIECE);
      channel.position(from);
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {}
      buffer.flip();
      var piece = Base64.getEncoder().encode(buffer);
      return Map.of("piece", US_ASCII.decode(piece).toString());
    } catch (IOException e) {
      throw new IllegalArgumentException("the recording is lost: " + e, e);
    }
  }

  /// Ends it, and removes the file.
  @Override
  public void close() {
    try {
      stopped = true;
      recording.close();
      Loops.lookWhoRecords();
    } finally {
      delete();
    }
  }

  private void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      Log.log(Level.DEBUG, file + " is not removed", e);
    }
  }
}
