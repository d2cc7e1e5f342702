package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.ExceptionGroup;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// An error as a text, which travels from the program to the prompt and becomes one there that
/// looks the same, with its causes, and with the members of a group.
final class PackedError {
  /* Overview
   * Each error once, in a line: what it says, the title if it is a group, then its frames, and the numbers of the lines
   * of its members, its suppressed errors and its cause, which may be any lines. Every field is encoded, so that none
   * has a blank.
   */
  private static final String NONE = "-";

  private PackedError() {}

  // ---- in the program ---------------------------------------------------------------------------

  /// Never fails, whatever the methods of an error do.
  static String pack(Throwable error) {
    try {
      return new Packing().pack(error);
    } catch (Throwable e) { // of a method that is overridden
      return line(error.getClass().getName(), NONE, List.of(), List.of(), List.of(), NONE);
    }
  }

  private static final class Packing {
    private final IdentityHashMap<Throwable, Integer> numbers = new IdentityHashMap<>();
    private final List<Throwable> errors = new ArrayList<>();

    String pack(Throwable first) {
      number(first);
      var lines = new ArrayList<String>();
      while (lines.size() < errors.size()) {
        lines.add(pack(lines.size()));
      }
      return String.join("\n", lines);
    }

    private String number(Throwable error) {
      return numbers
          .computeIfAbsent(
              error,
              each -> {
                errors.add(each);
                return errors.size() - 1;
              })
          .toString();
    }

    private String pack(int i) {
      Throwable error = errors.get(i);
      List<Throwable> members =
          error instanceof ExceptionGroup group ? group.exceptions() : List.of();
      var known = Collections.newSetFromMap(new IdentityHashMap<Throwable, Boolean>());
      known.addAll(members);
      Throwable cause = error.getCause();
      return line(
          String.valueOf(error),
          error instanceof ExceptionGroup group ? "t" + group.message() : NONE,
          Stream.of(error.getStackTrace()).map(PackedError::frame).toList(),
          members.stream().map(this::number).toList(),
          Stream.of(error.getSuppressed())
              .filter(each -> !known.contains(each))
              .map(this::number)
              .toList(),
          cause == null || cause == error || known.contains(cause) ? NONE : number(cause));
    }
  }

  private static String line(
      String text,
      String title,
      List<String> frames,
      List<String> members,
      List<String> suppressed,
      String cause) {
    var fields = new ArrayList<>(List.of(text, title));
    for (List<String> list : List.of(frames, members, suppressed)) {
      fields.add(Integer.toString(list.size()));
      fields.addAll(list);
    }
    fields.add(cause);
    return fields.stream()
        .map(field -> URLEncoder.encode(field, UTF_8))
        .collect(Collectors.joining(" "));
  }

  /// Also what a frame does not show of its module and its class loader is not told.
  private static String frame(StackTraceElement frame) {
    String shown = frame.toString();
    String before = shown.substring(0, Math.max(0, shown.indexOf(frame.getClassName())));
    String version = frame.getModuleVersion();
    String loader = frame.getClassLoaderName();
    return Stream.of(
            loader != null && before.startsWith(loader + "/") ? loader : "",
            frame.getModuleName(),
            version != null && before.contains("@" + version) ? version : "",
            frame.getClassName(),
            frame.getMethodName(),
            frame.getFileName(),
            Integer.toString(frame.getLineNumber()))
        .map(part -> Objects.requireNonNullElse(part, ""))
        .collect(Collectors.joining("\t"));
  }

  // ---- at the prompt ----------------------------------------------------------------------------

  /// What was packed, as an error that prints itself like it.
  static Throwable unpack(String packed) {
    List<Line> lines = packed.lines().map(Line::of).toList();
    var errors = new Throwable[lines.size()];
    for (int left = errors.length; left > 0; ) { // members come into being before their group
      for (int i = errors.length - 1; i >= 0; i--) {
        List<Integer> members = lines.get(i).members;
        if (errors[i] == null && members.stream().allMatch(member -> errors[member] != null)) {
          errors[i] = lines.get(i).toError(members.stream().map(m -> errors[m]).toList());
          left--;
        }
      }
    }
    for (int i = 0; i < errors.length; i++) {
      lines.get(i).suppressed.stream()
          .map(number -> errors[number])
          .forEach(errors[i]::addSuppressed);
      String cause = lines.get(i).cause;
      if (!cause.equals(NONE)) {
        errors[i].initCause(errors[Integer.parseInt(cause)]);
      }
    }
    return errors[0];
  }

  private record Line(
      String text,
      String title,
      List<String> frames,
      List<Integer> members,
      List<Integer> suppressed,
      String cause) {
    static Line of(String line) {
      Iterator<String> fields =
          Stream.of(line.split(" ", -1)).map(field -> URLDecoder.decode(field, UTF_8)).iterator();
      return new Line(
          fields.next(),
          fields.next(),
          list(fields),
          list(fields).stream().map(Integer::valueOf).toList(),
          list(fields).stream().map(Integer::valueOf).toList(),
          fields.next());
    }

    private static List<String> list(Iterator<String> fields) {
      int size = Integer.parseInt(fields.next());
      return Stream.generate(fields::next).limit(size).toList();
    }

    Throwable toError(List<Throwable> errors) {
      Throwable error =
          title.equals(NONE) ? new Unpacked(text) : new ExceptionGroup(title.substring(1), errors);
      error.setStackTrace(frames.stream().map(Line::toFrame).toArray(StackTraceElement[]::new));
      return error;
    }

    private static StackTraceElement toFrame(String frame) {
      String[] parts = frame.split("\t", -1);
      return new StackTraceElement(
          parts[0],
          parts[1],
          parts[2],
          parts[3],
          parts[4],
          parts[5].isEmpty() ? null : parts[5],
          Integer.parseInt(parts[6]));
    }
  }

  /// An error of the program's.
  @SuppressWarnings("OverrideThrowableToString") // it is to look like one of another class
  private static final class Unpacked extends Throwable {
    private static final long serialVersionUID = 1L;

    private final String text;

    Unpacked(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
