package jasyncio.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a parser makes of the bytes of a connection: messages, and perhaps a refusal to go on.
///
/// @param messages what was told of, in order
/// @param refusal why it went no further, or null
record Reading(List<Message> messages, @Nullable String refusal) {
  /// One message. Text has one character a byte.
  ///
  /// @param start method and target, or the status, and the version
  /// @param fields names and values in turn
  /// @param body as far as it has come
  /// @param trailers as the fields
  /// @param ended whether all of it has come
  /// @param keepAlive whether another one may follow
  record Message(
      String start,
      List<String> fields,
      String body,
      List<String> trailers,
      boolean ended,
      boolean keepAlive) {
    /// Whether this is `other`, or a part of it.
    boolean isPartOf(Message other) {
      return start.equals(other.start)
          && fields.equals(other.fields)
          && keepAlive == other.keepAlive
          && (ended ? equals(other) : other.body.startsWith(body));
    }
  }

  boolean isRefused() {
    return refusal != null;
  }

  /// Whether these messages, or parts of them, are the first ones of `other`.
  boolean isBeginningOf(Reading other) {
    int n = messages.size();
    if (n > other.messages.size()) {
      return false;
    }
    for (int i = 0; i < n; i++) {
      boolean last = i == n - 1;
      var message = messages.get(i);
      var counterpart = other.messages.get(i);
      if (last ? !message.isPartOf(counterpart) : !message.equals(counterpart)) {
        return false;
      }
    }
    return true;
  }
}
