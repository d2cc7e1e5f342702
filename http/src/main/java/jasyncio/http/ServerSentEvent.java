package jasyncio.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// An event of an [EventStream]; immutable.
///
/// ```java fragment
/// out.send(ServerSentEvent.of(price).event("price").id("17"));
/// ```
///
/// @param data the data; may have several lines
/// @param event what kind of event it is, or `null` for `message`
/// @param id what the client sends as `Last-Event-ID` when it connects again, or `null` if it is to
///   keep the one before
/// @param retry how long the client waits before it connects again, or `null` if that stays as it
///   is
public record ServerSentEvent(
    String data, @Nullable String event, @Nullable String id, @Nullable Duration retry) {

  /// Checks the parts.
  ///
  /// @throws IllegalArgumentException if the kind or the identifier has an end of line, the
  ///   identifier has NUL, or the time is negative
  public ServerSentEvent {
    checkLine("event", event);
    checkLine("id", id);
    if (id != null && id.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("the id of an event must not contain NUL");
    } else if (retry != null && retry.isNegative()) {
      throw new IllegalArgumentException("the time before a retry is 0 or more, not " + retry);
    }
  }

  private static void checkLine(String name, @Nullable String value) {
    if (value != null && (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0)) {
      throw new IllegalArgumentException(
          "the field " + name + " of an event must not contain an end of line");
    }
  }

  /// {@return an event with data alone}
  ///
  /// @param data the data
  public static ServerSentEvent of(String data) {
    return new ServerSentEvent(data, null, null, null);
  }

  /// {@return this event with another kind}
  ///
  /// @param event what kind of event it is, or `null` for `message`
  public ServerSentEvent event(@Nullable String event) {
    return new ServerSentEvent(data, event, id, retry);
  }

  /// {@return this event with another identifier}
  ///
  /// @param id what the client sends as `Last-Event-ID` when it connects again
  public ServerSentEvent id(@Nullable String id) {
    return new ServerSentEvent(data, event, id, retry);
  }

  /// {@return this event with another time before the client connects again}
  ///
  /// @param retry how long, in whole milliseconds
  public ServerSentEvent retry(@Nullable Duration retry) {
    return new ServerSentEvent(data, event, id, retry);
  }

  /// {@return the event as it is sent, with the empty line that ends it}
  public String toText() {
    var text = new StringBuilder(data.length() + 32);
    if (event != null) {
      text.append("event: ").append(event).append('\n');
    }
    if (id != null) {
      text.append("id: ").append(id).append('\n');
    }
    if (retry != null) {
      text.append("retry: ").append(retry.toMillis()).append('\n');
    }
    return lines(text, "data: ", data).append('\n').toString();
  }

  /// Adds each line of a text behind the name of a field.
  static StringBuilder lines(StringBuilder target, String field, String value) {
    target.append(field);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean first = c == '\r' && i + 1 < value.length() && value.charAt(i + 1) == '\n';
      if (c != '\n' && c != '\r') {
        target.append(c);
      } else if (!first) { // of two that are one end of line
        target.append('\n').append(field);
      }
    }
    return target.append('\n');
  }
}
