package jasyncio.process;

import jasyncio.net.StreamReader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How a child process is started; immutable. Python: the keyword arguments of
/// `create_subprocess_exec`.
public final class ProcessOptions {
  private static final ProcessOptions DEFAULTS = new ProcessOptions(new Values());

  private final Values values;

  /// What the options are made of.
  private static final class Values implements Cloneable {
    Stdio stdin = Stdio.INHERIT;
    Stdio stdout = Stdio.INHERIT;
    Stdio stderr = Stdio.INHERIT;
    int limit = StreamReader.DEFAULT_LIMIT;
    @Nullable Path cwd;
    @Nullable Map<String, String> env;
    boolean startNewSession;
    int processGroup = -1;

    Values copy() {
      try {
        return (Values) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private ProcessOptions(Values values) {
    this.values = values;
  }

  /// {@return options by which a child shares this program's streams, directory and environment}
  public static ProcessOptions defaults() {
    return DEFAULTS;
  }

  /// {@return options with a pipe for each of the three streams, and the rest by default}
  public static ProcessOptions piped() {
    return DEFAULTS.stdin(Stdio.PIPE).stdout(Stdio.PIPE).stderr(Stdio.PIPE);
  }

  /// {@return these options with another standard input}
  ///
  /// @param stdin what the child reads from
  /// @throws IllegalArgumentException if it is [Stdio#STDOUT]
  public ProcessOptions stdin(Stdio stdin) {
    var changed = values.copy();
    changed.stdin = notStdout(stdin, "stdin");
    return new ProcessOptions(changed);
  }

  /// {@return these options with another standard output}
  ///
  /// @param stdout what the child writes to
  /// @throws IllegalArgumentException if it is [Stdio#STDOUT]
  public ProcessOptions stdout(Stdio stdout) {
    var changed = values.copy();
    changed.stdout = notStdout(stdout, "stdout");
    return new ProcessOptions(changed);
  }

  /// {@return these options with another standard error}
  ///
  /// @param stderr what the child writes errors to
  public ProcessOptions stderr(Stdio stderr) {
    var changed = values.copy();
    changed.stderr = Objects.requireNonNull(stderr, "stderr");
    return new ProcessOptions(changed);
  }

  private static Stdio notStdout(Stdio stdio, String name) {
    if (Objects.requireNonNull(stdio, name) == Stdio.STDOUT) {
      throw new IllegalArgumentException("STDOUT is for stderr only, not for " + name);
    }
    return stdio;
  }

  /// {@return these options with another limit of the stream readers; 64 KiB by default}
  ///
  /// @param limit in bytes; see [StreamReader]
  /// @throws IllegalArgumentException unless it is positive
  public ProcessOptions limit(int limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("Limit cannot be <= 0, got " + limit);
    }
    var changed = values.copy();
    changed.limit = limit;
    return new ProcessOptions(changed);
  }

  /// {@return these options with a working directory}
  ///
  /// @param cwd where the child runs; `null`: where this program does. A program's relative path is
  ///   relative to it
  public ProcessOptions cwd(@Nullable Path cwd) {
    var changed = values.copy();
    changed.cwd = cwd;
    return new ProcessOptions(changed);
  }

  /// {@return these options with an environment}
  ///
  /// @param env all of the child's variables, in which its program is looked for, too; `null`:
  ///   those of this program
  /// @throws IllegalArgumentException if a name is empty or has a `=` in it, or if anything has a
  ///   null character in it
  public ProcessOptions env(@Nullable Map<String, String> env) {
    var changed = values.copy();
    changed.env = env == null ? null : checked(env);
    return new ProcessOptions(changed);
  }

  private static Map<String, String> checked(Map<String, String> env) {
    env.forEach((name, value) -> {
      if (name.isEmpty() || name.indexOf('=') >= 0) {
        throw new IllegalArgumentException("illegal environment variable name '" + name + "'");
      }
      checkNoNul(name, "the name of an environment variable");
      checkNoNul(value, "environment variable " + name);
    });
    return new LinkedHashMap<>(env);
  }

  static void checkNoNul(String text, String what) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          what + " has a null character in it, which ends a string there");
    }
  }

  /// {@return these options with a session of its own for the child, or not; not by default}
  ///
  /// A signal from the terminal, such as Ctrl-C, does not reach another session. Needs Linux and
  /// native access; without, starting the child throws an [UnsupportedOperationException].
  ///
  /// @param startNewSession whether the child leads a new session
  public ProcessOptions startNewSession(boolean startNewSession) {
    var changed = values.copy();
    changed.startNewSession = startNewSession;
    return new ProcessOptions(changed);
  }

  /// {@return these options with a process group for the child; this program's by default} Needs
  /// Linux and native access; without, starting the child throws an
  /// [UnsupportedOperationException].
  ///
  /// @param processGroup its number; 0: a new one; -1: this program's
  /// @throws IllegalArgumentException if it is less than -1
  public ProcessOptions processGroup(int processGroup) {
    if (processGroup < -1) {
      throw new IllegalArgumentException(
          "a process group is a number, 0 for a new one or -1 for that of the parent, got "
              + processGroup);
    }
    var changed = values.copy();
    changed.processGroup = processGroup;
    return new ProcessOptions(changed);
  }

  /// {@return what the child reads from}
  public Stdio stdin() {
    return values.stdin;
  }

  /// {@return what the child writes to}
  public Stdio stdout() {
    return values.stdout;
  }

  /// {@return what the child writes errors to}
  public Stdio stderr() {
    return values.stderr;
  }

  /// {@return the limit of the stream readers, in bytes}
  public int limit() {
    return values.limit;
  }

  /// {@return where the child runs; `null`: where this program does}
  public @Nullable Path cwd() {
    return values.cwd;
  }

  /// {@return the child's variables; `null`: those of this program}
  public @Nullable Map<String, String> env() {
    return values.env == null ? null : Map.copyOf(values.env);
  }

  /// {@return whether the child leads a new session}
  public boolean startNewSession() {
    return values.startNewSession;
  }

  /// {@return the child's process group; 0: a new one; -1: that of this program}
  public int processGroup() {
    return values.processGroup;
  }
}
