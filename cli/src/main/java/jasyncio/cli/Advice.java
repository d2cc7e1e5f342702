package jasyncio.cli;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import jasyncio.Asyncio;
import jasyncio.EventLoop;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.JavaFileObject;
import org.jspecify.annotations.Nullable;

/// What the compiler's messages mean to somebody who comes from Python.
///
/// The compiler says what is wrong in Java's terms. For the mistakes that everybody makes at first
/// there is a sentence more, which says what to write.
final class Advice {

  /// A row of the table: it speaks for a message with this code, if its pattern is found in the
  /// English text and its condition holds.
  ///
  /// In the sentence `{call}` is the method that is called at the place of the mistake, `{1}` the
  /// first group of the pattern, `{monitor}` what there is to say of that method of `Object`,
  /// `{class}` the class of ours that has the name in the first group, `{method}` that name, if the
  /// class in the second group has a method of it, and `{java}` what such a method is called here;
  /// a row with one of these three speaks only if there is such a thing.
  private record Row(Pattern code, Pattern text, Predicate<Place> where, String sentence) {
    Row(String codes, String text, Predicate<Place> where, String sentence) {
      this(Pattern.compile("\\.(" + codes + ")"), Pattern.compile(text), where, sentence);
    }
  }

  private static final String ANY = "";
  private static final String SYMBOL_OF = "symbol:\\s+(?:";
  private static final String IN_TYPE =
      ") (\\w+)(?s:.*)location: (?:.* of type |class |interface )([\\w.]+)";

  private static final String AWAITED =
      "a {1} is awaited: write await(…), or waitFor(…) with a time limit";

  private static final String AWAIT_IS_A_METHOD =
      "await is a method: write await(…); and what is a call already waits by itself";
  private static final Pattern PYTHONS_AWAIT = Pattern.compile("\\bawait\\s+\\w");

  /// The first row that fits speaks.
  private static final List<Row> TABLE =
      List.of(
          new Row(
              "cant.apply|prob.found.req",
              ANY,
              place -> place.isUnqualified("wait"),
              "every class has the wait(…) of Object, which hides asyncio's:"
                  + " write Asyncio.wait(…), after import jasyncio.Asyncio"),
          new Row(
              "cant.apply|prob.found.req",
              "java.lang.Object\\b|from double to long",
              place -> !place.unqualified && MonitorCalls.SENTENCES.containsKey(place.call),
              "{monitor}"),
          new Row(
              "cant.apply|prob.found.req",
              "\\A(?!(?s:.*)Asyncio\\.)",
              Place::hidesAsyncio,
              "a method {call} of this program hides asyncio's:"
                  + " give it another name, or write Asyncio.{call}(…)"),
          new Row(
              "cant.apply|prob.found.req|ret.outside",
              "[Uu]nexpected return value",
              place -> place.call.equals("taskGroup"),
              "the body of taskGroup(…) returns nothing:"
                  + " keep what tg.createTask(…) gives, and ask it for its result() after the group"),
          new Row(
              "cant.apply",
              "found for timeout\\((int|double|java.time.Duration)\\)",
              Place::isAnywhere,
              "timeout takes what it limits, too: timeout(1, () -> { … })"),
          new Row(
              "cant.apply",
              "found for gather\\((?s:.*)(\\bvoid\\b|missing return value)",
              Place::isAnywhere,
              "gather(…) is for coroutines that return something;"
                  + " for those that do not there is gatherActions(…)"),
          new Row(
              "prob.found.req",
              "incompatible parameter types in lambda",
              place -> place.call.equals("taskGroup"),
              "the body of taskGroup(…) is given the group: taskGroup(tg -> { … })"),
          new Row(
              "prob.found.req",
              "bad return type in lambda expression\\s+missing return|[Uu]nexpected return value",
              place -> place.call.equals("run") && !place.unqualified,
              "this run(…) is for a body that gives nothing;"
                  + " ContextManager and ExitStack have call(…) for one that gives something"),
          new Row(
              "cant.apply",
              "found for await\\((?:java.util.concurrent.)?Complet\\w+<.*>,.*Class<",
              Place::isAnywhere,
              "await(…) says what to expect for what is ours: write await(wrapFuture(…), ….class)"),
          new Row(
              "cant.apply",
              "found for await\\((?:jasyncio.)?(?:Task|Future)<.*>,",
              Place::isAnywhere,
              "what await(…) takes besides is one or two classes of exceptions:"
                  + " await(task, IOException.class)"),
          new Row(
              "cant.apply",
              "found for await\\([^,]*(?:->|::)(?s:.*)\\bvoid\\b",
              Place::isAnywhere,
              "await(…) is for what gives something;"
                  + " what gives nothing is called without it, and waits by itself"),
          new Row(
              "cant.deref",
              "void",
              place -> place.call.equals("await"),
              "the call before .await() has waited already: leave .await() away"),
          new Row(
              "void.not.allowed|cant.apply",
              "'void'|found for await\\((?!.*(->|::))(?s:.*)Asyncio",
              place -> place.call.equals("await"),
              "await(…) takes a future, a task or () -> …; a call has waited already and gives its"
                  + " result: leave await(…) away"),
          new Row(
              "void.not.allowed|cant.apply",
              "'void'|found for \\w+\\((?!.*(->|::))(?s:.*)\\b(Awaitable|Action|Callable)\\b",
              Place::isAsyncio,
              "{call}(…) takes what it is to run, and not what comes of having run it:"
                  + " write {call}(() -> …)"),
          new Row(
              "abstract.cant.be.instantiated",
              "(\\w+) is abstract",
              Place::isAnywhere,
              "this {1} is one of the JDK's, which compact source files import by themselves:"
                  + " import {class}"),
          new Row(
              "ref.ambiguous",
              "reference to (\\w+) is ambiguous\\s+both (?:class|interface) ",
              Place::isAnywhere,
              "name the {1} that is meant: import {class}"),
          new Row(
              "ref.ambiguous",
              "in jasyncio.lowlevel.Lowlevel\\b",
              Place::isAnywhere,
              "{call} is a function of both: write Asyncio.{call}(…) or Lowlevel.{call}(…)"),
          new Row(
              "ref.ambiguous",
              "in jasyncio.Asyncio and ",
              Place::isAnywhere,
              "several {call}(…) fit: null says nothing, and a reference to a method that has"
                  + " overloads fits several: write it as a lambda, () -> …"),
          new Row(
              "cant.resolve|invalid.mref",
              "symbol:\\s+(?:method|variable) (?:get|join|result|then\\w*)\\b(?s:.*)location: .*\\b(Task|Future)<",
              Place::isAnywhere,
              AWAITED),
          new Row(
              "cant.resolve",
              "symbol:\\s+variable asyncio",
              Place::isAnywhere,
              "asyncio's functions are static methods of Asyncio: write their names alone,"
                  + " after import static jasyncio.Asyncio.*"),
          new Row("cant.resolve", "symbol:\\s+class await", Place::isAnywhere, AWAIT_IS_A_METHOD),
          new Row("expected|not.stmt", ANY, Place::isInLineOfPythonsAwait, AWAIT_IS_A_METHOD),
          new Row(
              "cant.resolve|invalid.mref",
              SYMBOL_OF + "method|variable" + IN_TYPE,
              Place::isAnywhere,
              "Python's {1} is {java} here"),
          new Row(
              "cant.resolve",
              SYMBOL_OF + "variable" + IN_TYPE,
              Place::isAnywhere,
              "{method} is a method: write {method}(…), in a lambda where it is to be run later"),
          new Row(
              "cant.resolve",
              "symbol:\\s+(?:class|variable) (\\w+)",
              Place::isAnywhere,
              "{1} is a class of jasyncio: import {class}"),
          new Row(
              "cant.resolve",
              "symbol:\\s+method ",
              Place::isOfLoop,
              "{call} is a method of the loop: getRunningLoop().{call}(…)"),
          new Row(
              "prob.found.req",
              "jasyncio.(?:Task|Future)<.*> (?:conforms|cannot be converted) to java.util.concurrent.(Future)<",
              Place::isAnywhere,
              "this {1} is the JDK's, which compact source files import by themselves:"
                  + " import {class}"),
          new Row(
              "prob.found.req",
              "invalid functional descriptor(?s:.*)TaskFactory",
              Place::isAnywhere,
              "no lambda can be a TaskFactory, as its method has a type variable:"
                  + " write the method, and pass it as this::make"),
          new Row(
              "unreported.exception",
              "unreported exception (?:\\w+\\.)*(\\w+)",
              Place::isInCallback,
              "nobody waits for a callback, so it cannot throw a checked exception:"
                  + " catch {1} in it, or start a task there, createTask(() -> …)"),
          new Row(
              "cant.infer.local.var",
              "is 'void'",
              place -> place.call.equals("acquire"),
              "this Semaphore is the JDK's, which compact source files import by themselves:"
                  + " import jasyncio.sync.Semaphore"),
          new Row(
              "prob.found.req",
              "jasyncio.(Task|Future)<.*> (?:conforms|cannot be converted) to (?!jasyncio)",
              Place::isAnywhere,
              AWAITED),
          new Row(
              "unreported.exception",
              "exception (?:java.lang.)?Exception;",
              Place::isCallOfAsyncio,
              "of a body that throws several kinds of exceptions the compiler knows that it throws"
                  + " Exception: catch them in the body, or catch Exception"),
          new Row(
              "except.never.thrown",
              "exception (?:\\w+\\.)*(\\w+) is never thrown",
              Place::isAnywhere,
              "the compiler sees what a lambda throws, but not what a task, a group or an iterator"
                  + " does: write await(…, {1}.class), or catch Exception"));

  private static final String OURS = "jasyncio.";
  private static final List<String> PACKAGES =
      Stream.of(
              "",
              "sync.",
              "queue.",
              "net.",
              "process.",
              "files.",
              "generator.",
              "gevent.",
              "inspect.",
              "lowlevel.",
              "util.")
          .map(OURS::concat)
          .toList();

  /// What takes callbacks.
  private static final Set<String> CALLBACKS =
      Set.of(
          "callSoon",
          "callSoonThreadsafe",
          "callLater",
          "callAt",
          "addDoneCallback",
          "addReader",
          "addWriter",
          "addSignalHandler");

  /// Methods that have another name here, not only another spelling.
  private static final Map<String, String> RENAMED =
      Map.of("wait", "await", "notify", "signal", "notify_all", "signalAll");

  private final CompilationUnitTree unit;
  private final SourcePositions positions;

  /// @param unit the program that does not compile
  /// @param positions where its parts are in the text
  Advice(CompilationUnitTree unit, SourcePositions positions) {
    this.unit = unit;
    this.positions = positions;
  }

  /// The sentences for what the compiler said, by line.
  SortedMap<Long, String> on(List<? extends Diagnostic<? extends JavaFileObject>> messages) {
    SortedMap<Long, String> found = new TreeMap<>();
    for (Diagnostic<? extends JavaFileObject> message : messages) {
      JavaFileObject source = message.getSource();
      if (source != null && source.toUri().equals(unit.getSourceFile().toUri())) {
        String sentence = on(message);
        if (sentence != null) {
          found.putIfAbsent(message.getLineNumber(), sentence);
        }
      }
    }
    return found;
  }

  private @Nullable String on(Diagnostic<?> message) {
    // The root locale is the compiler's English, whatever the user's language is.
    String text = message.getMessage(Locale.ROOT);
    Place place = new Place(message);
    for (Row row : TABLE) {
      if (row.code.matcher(message.getCode()).find()) {
        MatchResult match = row.text.matcher(text).results().findFirst().orElse(null);
        if (match != null && row.where.test(place)) {
          String sentence = fill(row.sentence, match, place);
          if (sentence != null) {
            return sentence;
          }
        }
      }
    }
    return null;
  }

  private static @Nullable String fill(String sentence, MatchResult match, Place place) {
    String name = match.groupCount() > 0 && match.group(1) != null ? match.group(1) : "";
    String type = classNamed(name);
    if (type == null && sentence.contains("{class}")) {
      return null;
    }
    String java = sentence.contains("{java}") ? place.javaCall(name, match.group(2)) : "";
    if (java == null || (sentence.contains("{method}") && !hasMethod(ours(match.group(2)), name))) {
      return null;
    }
    return sentence
        .replace("{method}", name)
        .replace("{java}", java)
        .replace("{monitor}", MonitorCalls.SENTENCES.getOrDefault(place.call, ""))
        .replace("{call}", place.call)
        .replace("{1}", name)
        .replace("{class}", String.valueOf(type));
  }

  /// The public class of the library that has this simple name.
  private static @Nullable String classNamed(String name) {
    Class<?> type = typeNamed(name);
    return type == null ? null : type.getName();
  }

  private static @Nullable Class<?> typeNamed(String name) {
    for (String prefix : name.isEmpty() ? List.<String>of() : PACKAGES) {
      try {
        Class<?> type = Class.forName(prefix + name, false, Advice.class.getClassLoader());
        return Modifier.isPublic(type.getModifiers()) ? type : null;
      } catch (ClassNotFoundException e) {
        // perhaps in the next package
      }
    }
    return null;
  }

  private static boolean isMethodOf(Class<?> type, String name) {
    return Stream.of(type.getMethods())
        .anyMatch(m -> m.getName().equals(name) && m.getDeclaringClass() == type);
  }

  /// What a method of Python's is called here; nothing if not otherwise than in Java's spelling.
  private static @Nullable String javaName(String python) {
    String renamed = RENAMED.get(python);
    if (renamed != null) {
      return renamed;
    }
    String camel =
        Pattern.compile("(?<=.)_(.)")
            .matcher(python)
            .replaceAll(m -> m.group(1).toUpperCase(Locale.ROOT));
    return camel.equals(python) ? null : camel;
  }

  /// The class of that full name, if it is one of the library's.
  private static @Nullable Class<?> ours(String fullName) {
    return fullName.startsWith(OURS) ? typeNamed(fullName.substring(OURS.length())) : null;
  }

  private static boolean hasMethod(@Nullable Class<?> type, String name) {
    return type != null
        && Stream.of(type.getMethods())
            .anyMatch(m -> m.getName().equals(name) && m.getDeclaringClass() != Object.class);
  }

  /// What stands in the program at the place of a mistake.
  private final class Place extends TreeScanner<@Nullable Void, @Nullable Void> {
    private final long position;
    private final long line;
    private final Set<String> declared = new HashSet<>();
    private final Set<String> around = new HashSet<>();

    /// The name of the method that is called there, or that is given what stands there.
    private String call = "";

    /// Whether it is called without saying of what.
    private boolean unqualified;

    /// The name of the method whose arguments begin there.
    private String opened = "";

    Place(Diagnostic<?> message) {
      this.position = message.getPosition();
      this.line = message.getLineNumber();
      scan(unit, null);
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
      declared.add(method.getName().toString());
      return super.visitMethod(method, null);
    }

    /// Inner calls come later, and so the innermost one stays.
    @Override
    public @Nullable Void visitMethodInvocation(MethodInvocationTree tree, @Nullable Void nothing) {
      if (isIn(nameIn(tree), tree.getMethodSelect())
          || tree.getArguments().stream().anyMatch(argument -> isIn(start(argument), argument))) {
        setCall(tree);
      }
      if (positions.getEndPosition(unit, tree.getMethodSelect()) == position
          && tree.getMethodSelect() instanceof IdentifierTree simple) {
        opened = simple.getName().toString();
      }
      return super.visitMethodInvocation(tree, null);
    }

    /// What is wrong with a variable may come from the call that gives its value.
    @Override
    public @Nullable Void visitVariable(VariableTree tree, @Nullable Void nothing) {
      super.visitVariable(tree, null);
      if (tree.getInitializer() instanceof MethodInvocationTree value
          && start(tree) <= position
          && position < start(value)) {
        setCall(value);
      }
      return null;
    }

    /// The names of all calls in whose arguments it is are kept, too.
    private void setCall(MethodInvocationTree tree) {
      Tree method = tree.getMethodSelect();
      unqualified = method instanceof IdentifierTree;
      if (method instanceof IdentifierTree simple) {
        call = simple.getName().toString();
      } else if (method instanceof MemberSelectTree selected) {
        call = selected.getIdentifier().toString();
      }
      around.add(call);
    }

    /// Where the name of the called method begins, or the dot in front of it.
    private long nameIn(MethodInvocationTree tree) {
      return tree.getMethodSelect() instanceof MemberSelectTree selected
          ? positions.getEndPosition(unit, selected.getExpression())
          : start(tree);
    }

    private long start(Tree tree) {
      return positions.getStartPosition(unit, tree);
    }

    private boolean isIn(long start, Tree tree) {
      return start <= position && position < positions.getEndPosition(unit, tree);
    }

    /// The call that is meant by a method's name in Python, of a class of ours, or of none.
    @Nullable String javaCall(String python, String typeName) {
      String name = javaName(python);
      if (name == null) {
        return null;
      } else if (typeName.startsWith(OURS)) {
        return hasMethod(ours(typeName), name) ? name + "(…)" : null;
      } else if (!isUnqualified(python)) {
        return null;
      } else if (isMethodOf(Asyncio.class, name)) {
        return name + "(…)";
      }
      return isMethodOf(EventLoop.class, name) ? "getRunningLoop()." + name + "(…)" : null;
    }

    boolean isAnywhere() {
      return true;
    }

    boolean isInLineOfPythonsAwait() {
      try {
        return unit.getSourceFile()
            .getCharContent(true)
            .toString()
            .lines()
            .skip(line - 1)
            .findFirst()
            .filter(text -> PYTHONS_AWAIT.matcher(text).find())
            .isPresent();
      } catch (IOException e) {
        return false;
      }
    }

    boolean isInCallback() {
      return !Collections.disjoint(around, CALLBACKS);
    }

    boolean isUnqualified(String name) {
      return unqualified && call.equals(name);
    }

    boolean isAsyncio() {
      return isMethodOf(Asyncio.class, call);
    }

    /// A message about the call as a whole, and not about what it is given.
    boolean isCallOfAsyncio() {
      return isMethodOf(Asyncio.class, opened);
    }

    boolean hidesAsyncio() {
      return unqualified && declared.contains(call) && isAsyncio();
    }

    boolean isOfLoop() {
      return unqualified && isMethodOf(EventLoop.class, call);
    }
  }
}
