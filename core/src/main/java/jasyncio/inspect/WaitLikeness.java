package jasyncio.inspect;

import jasyncio.WaitInfo;

/// What a wait has in common with others that are of the same sort: tasks that were leaked wait
/// each for a future of its own, and still they are a single fault, and one line where they are
/// shown.
///
/// @param kind what sort of thing it is
/// @param what names it, without numbers; of a sort of which there may be as many things as tasks,
///   without their names, too
/// @param isHeld whether it is known who holds it
record WaitLikeness(WaitInfo.Kind kind, String what, boolean isHeld) {

  static WaitLikeness of(WaitInfo wait) {
    boolean isHeld = !wait.heldBy().isEmpty();
    return switch (wait.kind()) {
      case TIMER, BLOCKING -> new WaitLikeness(wait.kind(), "", isHeld);
      case FUTURE, TASK, TASKS, IO, OTHER ->
          new WaitLikeness(wait.kind(), withoutNames(wait.what()), isHeld);
      default -> new WaitLikeness(wait.kind(), withoutNumbers(wait.what()), isHeld);
    };
  }

  /// So much of the text of a wait as others of the same sort begin with, too.
  static String start(String text) {
    int end = 0;
    while (end < text.length() && text.charAt(end) != '\'' && !isDigit(text.charAt(end))) {
      end++;
    }
    return text.substring(0, end).strip();
  }

  private static String withoutNumbers(String text) {
    if (text.chars().noneMatch(c -> isDigit((char) c))) {
      return text;
    }
    var rest = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '.' && !isDigit(c)) {
        rest.append(c);
      }
    }
    return rest.toString();
  }

  /// Without what stands in quotes, and without words in which there is a digit.
  private static String withoutNames(String text) {
    if (text.chars().noneMatch(c -> c == '\'' || isDigit((char) c))) {
      return text;
    }
    var rest = new StringBuilder(text.length());
    int word = 0; // where it begins in `rest`
    boolean hasDigit = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\'') {
        int end = text.indexOf('\'', i + 1);
        i = end < 0 ? text.length() : end;
      } else if (Character.isLetterOrDigit(c) || c == '_' || c == '.') {
        hasDigit |= isDigit(c);
        rest.append(c);
      } else {
        rest.setLength(hasDigit ? word : rest.length());
        rest.append(c);
        word = rest.length();
        hasDigit = false;
      }
    }
    rest.setLength(hasDigit ? word : rest.length());
    return rest.toString();
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
