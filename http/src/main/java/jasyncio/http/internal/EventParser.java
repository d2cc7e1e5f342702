package jasyncio.http.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/// Takes a stream of events apart, as the HTML standard says (section 9.2.6).
public final class EventParser {
  /// Is told of events.
  @FunctionalInterface
  public interface Target {
    /// An event is complete.
    ///
    /// @param type its type
    /// @param data its data
    /// @param id the last id
    void event(String type, String data, String id);
  }

  private final int longest;
  private final Target target;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder data = new StringBuilder();
  private String type = "";
  private String id = "";
  private double retry = -1;
  private boolean afterReturn; // a line feed that follows belongs to it
  private boolean first = true;

  /// A parser.
  ///
  /// @param longest how long an event may be
  /// @param target what is told
  public EventParser(int longest, Target target) {
    this.longest = longest;
    this.target = target;
  }

  /// Sets the last id.
  ///
  /// @param lastId the id, from a stream before
  public void lastId(String lastId) {
    id = lastId;
  }

  /// {@return after how many seconds the server wants to be asked again; negative if it has not
  /// said}
  public double retry() {
    return retry;
  }

  /// Takes bytes.
  ///
  /// @param bytes the bytes
  /// @throws IOException if an event is too long
  public void feed(byte[] bytes) throws IOException {
    for (byte b : bytes) {
      if (b == '\n' && afterReturn) {
        afterReturn = false;
      } else if (b == '\n' || b == '\r') {
        afterReturn = b == '\r';
        endLine();
      } else {
        afterReturn = false;
        line.write(b);
        if (line.size() + data.length() > longest) {
          throw new IOException("an event of the server is longer than " + longest + " bytes");
        }
      }
    }
  }

  private void endLine() {
    var text = line.toString(UTF_8);
    line.reset();
    if (first && text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    first = false;
    if (text.isEmpty()) {
      dispatch();
      return;
    }
    int colon = text.indexOf(':');
    var field = colon < 0 ? text : text.substring(0, colon);
    var value = colon < 0 ? "" : text.substring(colon + 1);
    if (value.startsWith(" ")) {
      value = value.substring(1);
    }
    switch (field) {
      case "event" -> type = value;
      case "data" -> data.append(value).append('\n');
      case "id" -> {
        if (value.chars().allMatch(c -> c >= ' ' && c != 127)) { // it has to go into a header
          id = value;
        }
      }
      case "retry" -> {
        if (value.matches("[0-9]{1,9}")) {
          retry = Long.parseLong(value) / 1000.0;
        }
      }
      default -> {} // a comment has an empty name
    }
  }

  private void dispatch() {
    if (!data.isEmpty()) {
      data.setLength(data.length() - 1);
      target.event(type.isEmpty() ? "message" : type, data.toString(), id);
    }
    data.setLength(0);
    type = "";
  }
}
