package jasyncio.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.examples.Programs.Run;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/// A program that serves HTTP, in a process of its own, and a client for it.
record ServedProgram(Process process, String address, HttpClient client) implements AutoCloseable {
  private static final Pattern ADDRESS =
      Pattern.compile("serving .*(http://127\\.0\\.0\\.1:\\d+)/.*Ctrl-C ends it.*");

  /// Starts a program, and waits until it says where it serves.
  static ServedProgram start(List<String> command) throws IOException {
    Process process = Programs.start(command);
    var said = new ArrayList<String>();
    BufferedReader out = process.inputReader(UTF_8);
    for (String line; (line = out.readLine()) != null; ) {
      said.add(line);
      var address = ADDRESS.matcher(line);
      if (address.matches()) {
        return new ServedProgram(process, address.group(1), HttpClient.newHttpClient());
      }
    }
    try {
      throw new AssertionError("it did not serve: " + said + "\n" + Programs.finish(process));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  HttpResponse<String> get(String path) {
    return send(request(path));
  }

  /// Ctrl-C.
  Run interrupt() throws IOException, InterruptedException {
    Assumptions.assumeFalse(
        Programs.ignoresInterrupts(), "interrupts are ignored here, as in a background job");
    Programs.run(List.of("kill", "-INT", String.valueOf(process.pid())));
    return Programs.finish(process);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    client.shutdownNow();
  }
}
