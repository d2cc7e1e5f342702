package jasyncio.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// A Chromium without a window, driven by the DevTools protocol. Whoever uses it needs Gson.
public final class Chromium implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final long PATIENCE_SECONDS = 300; // only what hangs takes that long

  private final Process process;
  private final Path profile;
  private final HttpClient client = HttpClient.newHttpClient();
  private final String devTools; // host and port

  private Chromium(Process process, Path profile, String devTools) {
    this.process = process;
    this.profile = profile;
    this.devTools = devTools;
  }

  /// Where one is installed.
  public static Optional<Path> find() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// Starts it, with a profile of its own.
  public static Chromium start(Path program) throws IOException {
    Path profile = Files.createTempDirectory("jasyncio-chromium");
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox", // for root, as in a container; it sees our own page alone
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--force-device-scale-factor=1",
                "--hide-scrollbars",
                "--user-data-dir=" + profile,
                "--remote-debugging-port=0")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    var errors = new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8));
    for (String line; (line = errors.readLine()) != null; ) {
      if (line.startsWith("DevTools listening on ws://")) {
        Thread.ofVirtual().start(() -> drain(errors));
        return new Chromium(
            process, profile, URI.create(line.substring(line.indexOf("ws://"))).getAuthority());
      }
    }
    throw new IOException("Chromium did not start");
  }

  private static void drain(BufferedReader reader) {
    try {
      while (reader.readLine() != null) {
        // It must not stand still because nobody reads what it prints.
      }
    } catch (IOException e) {
      // It has ended.
    }
  }

  /// Opens an empty page.
  public Page newPage() throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://" + devTools + "/json/new?about:blank"))
            .PUT(HttpRequest.BodyPublishers.noBody())
            .build();
    String target = client.send(request, BodyHandlers.ofString()).body();
    var address =
        JsonParser.parseString(target).getAsJsonObject().get("webSocketDebuggerUrl").getAsString();
    var page = new Page();
    page.socket =
        client
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), page)
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    page.send("Runtime.enable", Map.of());
    page.send("Log.enable", Map.of());
    page.send("Page.enable", Map.of());
    return page;
  }

  @Override
  public void close() throws IOException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
    client.shutdownNow();
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (UncheckedIOException e) {
      // A process of it that is on its end has deleted a file meanwhile.
    }
  }

  /// A page that is open.
  public static final class Page implements WebSocket.Listener, AutoCloseable {
    private static final String WENT_ON = "Inspected target navigated or closed";

    /// What went wrong in it: errors in the console, exceptions, what the policy forbade.
    public final List<String> errors = Collections.synchronizedList(new ArrayList<>());

    private final Map<Integer, CompletableFuture<JsonObject>> calls = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final StringBuilder message = new StringBuilder();
    private WebSocket socket;

    private Page() {}

    /// Goes to an address.
    public void go(String address) throws Exception {
      send("Page.navigate", Map.of("url", address));
    }

    public void setSize(int width, int height) throws Exception {
      send(
          "Emulation.setDeviceMetricsOverride",
          Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /// Has the system prefer this: `light` or `dark`.
    public void prefer(String scheme) throws Exception {
      var feature = Map.of("name", "prefers-color-scheme", "value", scheme);
      send("Emulation.setEmulatedMedia", Map.of("features", List.of(feature)));
    }

    /// The value of an expression of JavaScript; that of a promise once there is one.
    public String evaluate(String expression) throws Exception {
      JsonObject result =
          send(
              "Runtime.evaluate",
              Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
      if (result.has("exceptionDetails")) {
        throw new AssertionError(result.get("exceptionDetails"));
      }
      JsonElement value = result.getAsJsonObject("result").get("value");
      return value == null
          ? "undefined"
          : value.isJsonPrimitive() ? value.getAsString() : value.toString();
    }

    /// Waits until an expression is true, also of a page that the browser is about to go to.
    public void await(String condition) throws Exception {
      while (true) {
        try {
          evaluate(
              "new Promise((resolve) => { const look = () => { if (%s) { resolve(); } else { setTimeout(look, 20); } }; look(); })"
                  .formatted(condition));
          return;
        } catch (ExecutionException e) {
          if (!String.valueOf(e.getMessage()).contains(WENT_ON)) {
            throw e;
          }
        }
      }
    }

    /// The text of the element that a selector finds.
    public String text(String selector) throws Exception {
      return evaluate("document.querySelector(`" + selector + "`).innerText");
    }

    public void click(String selector) throws Exception {
      evaluate(
          "document.querySelector(`"
              + selector
              + "`).dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))");
    }

    /// Presses a key, where the focus is.
    public void press(String key) throws Exception {
      String text = key.length() == 1 ? key : key.equals("Enter") ? "\r" : "";
      send("Input.dispatchKeyEvent", Map.of("type", "keyDown", "key", key, "text", text));
      send("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
    }

    /// A picture of what is seen, as PNG.
    public byte[] picture() throws Exception {
      return Base64.getDecoder()
          .decode(
              send("Page.captureScreenshot", Map.of("format", "png")).get("data").getAsString());
    }

    private JsonObject send(String method, Map<String, ?> parameters) throws Exception {
      int id = ids.incrementAndGet();
      var answer = new CompletableFuture<JsonObject>();
      calls.put(id, answer);
      var call = Map.of("id", id, "method", method, "params", parameters);
      socket
          .sendText(new com.google.gson.Gson().toJson(call), true)
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      message.append(data);
      if (last) {
        JsonObject object = JsonParser.parseString(message.toString()).getAsJsonObject();
        message.setLength(0);
        take(object);
      }
      webSocket.request(1);
      return null;
    }

    private void take(JsonObject object) {
      if (object.has("id")) {
        var answer = calls.remove(object.get("id").getAsInt());
        if (object.has("error")) {
          answer.completeExceptionally(new IOException(object.get("error").toString()));
        } else {
          answer.complete(object.getAsJsonObject("result"));
        }
        return;
      }
      String parameters = object.get("params").toString();
      switch (object.get("method").getAsString()) {
        case "Runtime.exceptionThrown" -> errors.add(parameters);
        case "Runtime.consoleAPICalled" -> errors.add(parameters);
        case "Log.entryAdded" -> errors.add(parameters);
        default -> {}
      }
    }

    @Override
    public void close() {
      socket.abort();
    }
  }
}
