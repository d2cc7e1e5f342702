package jasyncio.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.examples.Programs.Run;
import jasyncio.testkit.Chromium;
import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the chat with its page: in a browser, and with bare WebSockets.
///
/// With `-Djasyncio.images.update=true` it makes the pictures in `docs/images` anew.
class WebChatTest {
  private static final Path IMAGES = Programs.EXAMPLES.toAbsolutePath().resolve("../docs/images");

  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    Programs.compile(List.of(Programs.EXAMPLES.resolve("WebChat.java")), classes);
  }

  private static ServedProgram start() throws IOException {
    return ServedProgram.start(Programs.javaCommand(classes, "WebChat", "--port", "0"));
  }

  /// One who chats: what he hears, and at last the code with which the socket was closed.
  private record Client(WebSocket socket, LinkedBlockingQueue<String> heard)
      implements AutoCloseable {
    static Client enter(ServedProgram chat, String name) {
      var heard = new LinkedBlockingQueue<String>();
      var listener =
          new WebSocket.Listener() {
            private final StringBuilder text = new StringBuilder();

            @Override
            public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
              text.append(data);
              if (last) {
                heard.add(text.toString());
                text.setLength(0);
              }
              socket.request(1);
              return null;
            }

            @Override
            public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
              heard.add(code + " " + reason);
              return null;
            }
          };
      var uri = URI.create(chat.address().replaceFirst("http", "ws") + "/chat?name=" + name);
      return new Client(
          chat.client().newWebSocketBuilder().buildAsync(uri, listener).join(), heard);
    }

    void say(String text) {
      socket.sendText(text, true).join();
    }

    /// The next message of a kind.
    String hear(String kind) throws InterruptedException {
      while (true) {
        String message = heard.take();
        if (message.startsWith("{\"kind\":\"" + kind + "\"") || !message.startsWith("{")) {
          return message;
        }
      }
    }

    @Override
    public void close() {
      socket.abort();
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // has no kill command
  void clients_hearEachOther_untilCtrlC() throws Exception {
    try (var chat = start();
        var ann = Client.enter(chat, "Ann")) {
      assertThat(ann.hear("came")).contains("\"name\":\"Ann\"", "\"present\":[\"Ann\"]");
      ann.say("Is anybody here?");
      assertThat(ann.hear("said")).contains("\"text\":\"Is anybody here?\"");
      try (var impostor = Client.enter(chat, "Ann")) {
        assertThat(impostor.hear("said")).isEqualTo("4001 Somebody else is called Ann.");
      }
      try (var bob = Client.enter(chat, "Bob")) {
        assertThat(bob.hear("said")).contains("Is anybody here?"); // what was said before
        assertThat(ann.hear("came")).contains("\"present\":[\"Ann\",\"Bob\"]");
        bob.say("<b>me</b>");
        assertThat(ann.hear("said")).contains("\"name\":\"Bob\"", "<b>me</b>");
      }
      assertThat(ann.hear("left")).contains("\"name\":\"Bob\"", "\"present\":[\"Ann\"]");
      Run run = chat.interrupt();
      assertThat(ann.hear("none")).startsWith("1001 ");
      assertThat(run.exit()).as(run.toString()).isZero();
      assertThat(run.out()).last().isEqualTo("bye");
      assertThat(run.err()).isEmpty();
    }
  }

  @Test
  @Tag("slow")
  void page_inABrowser_chats() throws Exception {
    var browser = Chromium.find();
    assumeTrue(browser.isPresent(), "there is no Chromium here");
    try (var chat = start();
        var chromium = Chromium.start(browser.orElseThrow());
        var page = chromium.newPage()) {
      page.setSize(900, 520);
      page.prefer("light");
      page.go(chat.address() + "/");
      page.await("document.querySelector('#text')");
      say(page, "Ann");
      page.await("document.querySelector('#present li')");
      try (var bob = Client.enter(chat, "Bob")) {
        say(page, "Hello, Bob! Does every client have a task of its own?");
        assertThat(bob.hear("said")).contains("Hello, Bob!");
        bob.say("Two: one listens, one sends. If either fails, both end.");
        bob.say("<img src=x onerror=alert(1)> stays text, by the way.");
        say(page, "And a slow one holds up nobody?");
        page.await("document.querySelectorAll('.said').length === 4");
        assertThat(page.text("#talk")).contains("<img src=x onerror=alert(1)> stays text");
        assertThat(page.evaluate("document.querySelectorAll('#talk img').length")).isEqualTo("0");
        assertThat(page.evaluate("document.querySelectorAll('.said.own').length")).isEqualTo("2");
        assertThat(page.text("#present")).isEqualTo("Ann\nBob");
        assertThat(page.text("#state")).isEqualTo("Connected as Ann");
        String light = background(page);
        save(page, "chat-light.png");
        page.prefer("dark");
        assertThat(background(page)).isNotEqualTo(light);
        save(page, "chat-dark.png");
        page.setSize(360, 520);
        assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo("360");
      }
      page.await("document.querySelectorAll('#present li').length === 1");
      assertThat(page.errors).isEmpty();
    }
  }

  private static void say(Chromium.Page page, String text) throws Exception {
    page.evaluate(
        "document.getElementById('text').value = '"
            + text
            + "'; document.getElementById('form').requestSubmit()");
  }

  static String background(Chromium.Page page) throws Exception {
    return page.evaluate("getComputedStyle(document.body).backgroundColor");
  }

  static void save(Chromium.Page page, String name) throws Exception {
    if (Boolean.getBoolean("jasyncio.images.update")) {
      Files.write(IMAGES.resolve(name), page.picture());
    }
  }
}
