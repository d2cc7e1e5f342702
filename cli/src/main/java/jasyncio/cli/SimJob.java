package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A JVM that explores, and tells of it.
final class SimJob implements AutoCloseable {
  /// What a job has told; nothing when it has ended.
  record Event(SimJob job, @Nullable JsonObject told) {}

  private static final String MAIN = "jasyncio.testing.CampaignMain";
  private static final long PATIENCE_SECONDS = 5; // after it was asked to end

  private final int number;
  private final Process process;

  private SimJob(int number, Process process) {
    this.number = number;
    this.process = process;
  }

  /// Starts one.
  ///
  /// @param number from 0: that which tells of earlier failures
  /// @param events where it tells
  static SimJob start(
      int number,
      SimTarget target,
      Path folder,
      double seconds,
      long seed,
      String replay,
      BlockingQueue<Event> events)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC"); // there are as many as cores, and their garbage is young
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options());
    command.add("-cp");
    command.add(
        target.path().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    command.add(MAIN);
    command.add(folder.toString());
    command.add(Double.toString(seconds));
    command.add(Long.toString(seed));
    command.add(Boolean.toString(number == 0));
    command.add(replay);
    command.add(target.text());
    command.add(target.method());
    command.addAll(target.classes());
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var job = new SimJob(number, process);
    Thread.ofPlatform().daemon().name("jasyncio-sim-" + number).start(() -> job.read(events));
    return job;
  }

  /// Those that the user has for JVMs, and this JVM's fiber runtime.
  private static List<String> options() {
    var options = new ArrayList<String>();
    var users = System.getenv("JASYNCIO_JAVA_OPTIONS");
    if (users != null && !users.isBlank()) {
      options.addAll(List.of(users.strip().split("\\s+", -1)));
    }
    var fibers = System.getProperty("jasyncio.fibers");
    if (fibers != null) {
      options.add("-Djasyncio.fibers=" + fibers);
    }
    return options;
  }

  private void read(BlockingQueue<Event> events) {
    try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        take(line, events);
      }
    } catch (IOException e) {
      // it has ended
    }
    process.onExit().join();
    events.add(new Event(this, null));
  }

  private void take(String line, BlockingQueue<Event> events) {
    try {
      events.add(new Event(this, JsonParser.parseString(line).getAsJsonObject()));
    } catch (JsonParseException | IllegalStateException e) {
      System.err.println(line); // of the JVM itself, or the last, which is cut off
    }
  }

  int number() {
    return number;
  }

  /// How it has ended.
  int exitValue() {
    return process.exitValue();
  }

  /// Has it end, if it has not.
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // it has ended
    }
    try {
      if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
