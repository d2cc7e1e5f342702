package jasyncio.bench.http;

import jasyncio.bench.ProcessCpu;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program that was started: a server, a client or what makes load. It says `READY`, and ends
/// with this.
final class Child implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final BufferedWriter in;

  /// @param core the processor core that it gets
  /// @param environment variables that it gets beside those of this process
  /// @param errors what takes its standard error
  Child(int core, List<String> command, Map<String, String> environment, Path errors)
      throws IOException {
    var builder = new ProcessBuilder("taskset", "-c", Integer.toString(core));
    builder.command().addAll(command);
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(new File(errors.toString())));
    process = builder.start();
    out = process.inputReader(StandardCharsets.US_ASCII);
    in = process.outputWriter(StandardCharsets.US_ASCII);
    if (!"READY".equals(out.readLine())) {
      close();
      throw new IOException("did not start, see " + errors + ": " + String.join(" ", command));
    }
  }

  long pid() {
    return process.pid();
  }

  /// Has it do something, and waits until it says that it is done.
  String tell(String what) throws IOException {
    in.write(what + "\n");
    in.flush();
    var answer = out.readLine();
    if (answer == null) {
      throw new IOException("it ended at '" + what + "'");
    }
    return answer;
  }

  /// CPU time so far, in nanoseconds.
  long cpu() {
    return ProcessCpu.nanos(pid());
  }

  /// CPU time so far, in ticks: in user mode, and in all.
  long[] ticks() throws IOException {
    return Machine.ticks("/proc/" + pid() + "/stat", 13, 2);
  }

  /// Bytes of live objects, after a collection. JVMs only.
  long liveBytes(Path jcmd) throws IOException, InterruptedException {
    long bytes = 0;
    for (int i = 0; i < 2; i++) { // the first runs cleaners, whose objects go with the second
      var lines =
          Machine.output(List.of(jcmd.toString(), "" + pid(), "GC.class_histogram")).lines();
      var total = lines.filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
      bytes = Long.parseLong(total.strip().split(" +", -1)[2]);
    }
    return bytes;
  }

  /// Bytes of memory that it has from the system.
  long residentBytes() throws IOException {
    for (var line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("no VmRSS");
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
