package jasyncio.cli;

/// The colours of a REPL's output.
///
/// @param on whether there are any
record Colours(boolean on) {
  /// The name of a value.
  String name(String text) {
    return in("36", text);
  }

  /// What went wrong.
  String error(String text) {
    return in("31", text);
  }

  /// What to do about it.
  String hint(String text) {
    return in("33", text);
  }

  /// What asks for an input.
  String prompt(String text) {
    return in("1;35", text);
  }

  /// A text in a colour, which ends before the text's last line break.
  private String in(String code, String text) {
    String rest = text.stripTrailing();
    return on && !rest.isEmpty()
        ? "\033[" + code + "m" + rest + "\033[0m" + text.substring(rest.length())
        : text;
  }
}
