package jasyncio;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The default exception handler's words.
final class Reports {
  private Reports() {}

  static String text(ErrorContext error) {
    var text = new StringBuilder(error.message());
    line(text, "future", error.future());
    stack(text, "handle created at", error.handleTraceback());
    line(text, "handle", error.handle());
    stack(text, "object created at", error.sourceTraceback());
    line(text, "task", error.task());
    stack(text, "blocked at", error.blockedAt());
    error.details().forEach((name, value) -> line(text, name, value));
    return text.toString();
  }

  private static void line(StringBuilder text, String key, @Nullable Object value) {
    if (value != null) {
      text.append('\n').append(key).append(": ").append(Describe.text(value));
    }
  }

  private static void stack(StringBuilder text, String key, List<StackTraceElement> stack) {
    if (!stack.isEmpty()) {
      text.append('\n').append(key).append(':').append(Describe.stack(stack));
    }
  }
}
