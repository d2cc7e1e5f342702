package jasyncio.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.EventLoop;
import jasyncio.LoopStatistics;
import jasyncio.Task;
import jasyncio.WaitInfo;
import jasyncio.internal.base.HeldUp;
import jasyncio.internal.base.LambdaNames;
import jasyncio.internal.face.Loops;
import jasyncio.internal.face.Tasks;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Looks at the loops of this JVM and their tasks, as somebody outside has asked; see
/// [Conversation].
final class Questions {
  private static final int PATIENCE_MILLIS = 250; // with a loop that is held up
  private static final int LIMIT = 50;
  private static final int MAX_NODES = 10_000; // of a tree

  private final Map<String, String> values;
  private final @Nullable Pattern name;
  private final @Nullable Pattern waiting;
  private final @Nullable String state;
  private final int limit;
  private final double older; // seconds
  private final boolean brief;
  final int patience; // milliseconds
  final Survey.Pace pace;

  private Questions(Map<String, String> values) {
    this.values = values;
    this.name = glob(values.get("name"), 0);
    this.waiting =
        glob(
            values.containsKey("waiting") ? "*" + values.get("waiting") + "*" : null,
            Pattern.CASE_INSENSITIVE);
    this.state = values.get("state");
    this.limit = number("limit", LIMIT);
    this.patience = Math.max(1, number("patience", PATIENCE_MILLIS));
    this.older = number("older", 0) / 1e3;
    this.brief = values.containsKey("brief");
    this.pace =
        new Survey.Pace(
            number("percent", Survey.Pace.FULL.percent()),
            number("millis", Survey.Pace.FULL.millis()));
  }

  /// A text.
  ///
  /// @throws IllegalArgumentException if it was not given
  String text(String value) {
    var text = values.get(value);
    if (text == null) {
      throw new IllegalArgumentException("the question lacks " + value + "=...");
    }
    return text;
  }

  /// A text; `null` if it was not given.
  @Nullable String textIfGiven(String value) {
    return values.get(value);
  }

  /// A number.
  int number(String value, int otherwise) {
    var text = values.get(value);
    try {
      return text == null ? otherwise : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(value + " is a number, not '" + text + "'", e);
    }
  }

  /// A question's values.
  ///
  /// @param words `name=value` each
  static Questions of(List<String> words) {
    var values = new TreeMap<String, String>();
    for (var word : words) {
      int end = word.indexOf('=');
      if (end < 0) {
        throw new IllegalArgumentException("'" + word + "' is not name=value");
      }
      values.put(word.substring(0, end), URLDecoder.decode(word.substring(end + 1), UTF_8));
    }
    return new Questions(values);
  }

  // ---- loops ------------------------------------------------------------------------------------

  /// What is asked of a loop: puts what it finds into a map.
  interface OfLoop {
    @Nullable LoopStatistics ask(EventLoop loop, Map<String, @Nullable Object> found)
        throws InterruptedException;
  }

  /// Asks each loop that runs.
  Map<String, @Nullable Object> ofEachLoop(OfLoop question) throws InterruptedException {
    var loops = new ArrayList<Map<String, @Nullable Object>>();
    for (var loop : Loops.running()) {
      var found = new LinkedHashMap<String, @Nullable Object>();
      found.put("name", Loops.name(loop));
      found.put("loop", loop.toString());
      var statistics = question.ask(loop, found);
      if (statistics != null) {
        found.put("statistics", map(statistics));
      } else if (loop.isRunning()) {
        putHolder(Loops.heldUpBy(loop), found);
        found.put("noAnswerFor", patience / 1e3);
        double seen = Loops.heldUpFor(loop);
        if (seen > patience / 1e3) { // else it is known better for how long it did not answer
          found.put("heldUpFor", seen);
        }
      }
      loops.add(found);
    }
    var all = new LinkedHashMap<String, @Nullable Object>();
    all.put("pid", ProcessHandle.current().pid());
    all.put("loops", loops);
    return all;
  }

  /// Who holds a loop up: in words, and for programs.
  private static void putHolder(@Nullable HeldUp holder, Map<String, @Nullable Object> found) {
    found.put("heldUpBy", holder == null ? "nobody is seen to do it" : holder.text());
    if (holder != null) {
      var map = new LinkedHashMap<String, @Nullable Object>();
      if (holder.task() != null) {
        map.put("number", holder.number());
        map.put("name", holder.task());
      }
      map.put("doing", holder.doing());
      map.put("stack", holder.stack());
      found.put("holder", map);
    }
  }

  private static Map<String, @Nullable Object> map(LoopStatistics statistics) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("ready", statistics.ready());
    map.put("timers", statistics.timers());
    map.put("tasks", statistics.tasks());
    map.put("blocked", statistics.blocked());
    map.put("channels", statistics.channels());
    var executor = statistics.executor();
    if (executor != null) {
      map.put(
          "executor",
          Map.of(
              "threads", executor.threads(),
              "maxThreads", executor.maxThreads(),
              "active", executor.active(),
              "queued", executor.queued()));
    }
    return map;
  }

  // ---- tasks ------------------------------------------------------------------------------------

  /// A look at those that are meant.
  private abstract class Look implements Survey.Visitor {
    int unseen;

    @Override
    public boolean isMeant(Task<?> task) {
      return Questions.this.isMeant(task);
    }

    @Override
    public void end(int unseen) {
      this.unseen = unseen;
    }
  }

  /// What its tasks do; what is alike is one entry.
  ///
  /// @param measurement of the loop, if there is one
  /// @param names of its lambdas, for those who do not want stacks
  @Nullable LoopStatistics groups(
      EventLoop loop,
      Map<String, @Nullable Object> found,
      @Nullable Measurement measurement,
      LambdaNames names)
      throws InterruptedException {
    var look =
        new Look() {
          TaskGroups groups = new TaskGroups();

          @Override
          public void begin(int all, Function<Task<?>, @Nullable WaitInfo> waitInfos) {
            groups = new TaskGroups(all);
          }

          @Override
          public void visit(Task<?> task, @Nullable WaitInfo waitsFor) {
            var info =
                brief
                    ? TaskInfo.briefly(task, waitsFor, names)
                    : TaskInfo.withoutStack(task, waitsFor);
            if (isWanted(info)) {
              var cost = measurement == null ? null : measurement.costOf(task);
              if (brief) {
                groups.add(info, cost);
              } else {
                groups.add(task, info, cost);
              }
            }
          }
        };
    var statistics = Survey.of(loop, patience, pace, look);
    if (statistics != null) {
      found.put("unseen", look.unseen);
      put(look.groups, measurement != null, found);
    }
    return statistics;
  }

  private void put(TaskGroups groups, boolean isMeasured, Map<String, @Nullable Object> found) {
    var shown = groups.shown(limit);
    found.put("matching", groups.size());
    if (!brief) {
      found.put("stacks", groups.stacks());
    }
    found.put("groups", shown.stream().map(group -> map(group, isMeasured)).toList());
    found.put("left", groups.size() - shown.stream().mapToInt(group -> group.size).sum());
  }

  private static Map<String, @Nullable Object> map(TaskGroups.Group group, boolean isMeasured) {
    var map = map(group.first);
    map.put("alike", group.size);
    if (group.isEstimated) {
      map.put("estimated", true);
    }
    map.put("age", seconds(group.age));
    if (isMeasured) {
      Measurement.put(group.cost, map);
    }
    return map;
  }

  /// Where its tasks are.
  @Nullable LoopStatistics stacks(EventLoop loop, Map<String, @Nullable Object> found)
      throws InterruptedException {
    return list(loop, found, LIMIT, Questions::whole);
  }

  private static Map<String, @Nullable Object> whole(Task<?> task, @Nullable WaitInfo waitsFor) {
    var map = map(TaskInfo.of(task, waitsFor));
    var cancellation = task.cancellation();
    if (cancellation != null) {
      map.put("cancelledFor", Math.max(0, task.getLoop().time() - cancellation.when()));
    }
    return map;
  }

  /// Who waits for whom.
  ///
  /// @param names of the loop's lambdas
  @Nullable LoopStatistics nodes(
      EventLoop loop, Map<String, @Nullable Object> found, LambdaNames names)
      throws InterruptedException {
    if (!brief) {
      return list(loop, found, MAX_NODES, (task, waitsFor) -> node(task, waitsFor, names));
    }
    var graph = new FoldedGraph(names);
    var statistics = Survey.of(loop, patience, pace, graph);
    if (statistics != null) {
      graph.putInto(found);
    }
    return statistics;
  }

  /// Describes the first tasks that are meant, and counts the others.
  private @Nullable LoopStatistics list(
      EventLoop loop, Map<String, @Nullable Object> found, int max, Description description)
      throws InterruptedException {
    var tasks = new ArrayList<Map<String, @Nullable Object>>();
    var left = new AtomicInteger();
    var statistics =
        Survey.of(
            loop,
            patience,
            pace,
            new Look() {
              @Override
              public void visit(Task<?> task, @Nullable WaitInfo waitsFor) {
                if (tasks.size() < max) {
                  tasks.add(description.of(task, waitsFor));
                } else {
                  left.incrementAndGet();
                }
              }
            });
    if (statistics != null) {
      found.put("tasks", tasks);
      found.put("left", left.get());
    }
    return statistics;
  }

  private interface Description {
    Map<String, @Nullable Object> of(Task<?> task, @Nullable WaitInfo waitsFor);
  }

  private static Map<String, @Nullable Object> node(
      Task<?> task, @Nullable WaitInfo waitsFor, LambdaNames names) {
    var info = TaskInfo.briefly(task, waitsFor, names);
    var node = new LinkedHashMap<String, @Nullable Object>();
    node.put("number", info.number());
    node.put("name", info.name());
    node.put("coroutine", info.coroutine());
    node.put("doing", info.doing());
    var cancellation = FoldedGraph.cancellation(info);
    if (cancellation != null) {
      node.put("cancellation", cancellation);
    }
    var caller = Tasks.caller(task);
    if (caller != null) {
      node.put("caller", caller);
    }
    node.put("awaitedBy", Survey.awaiters(task));
    node.put("heldBy", Survey.holder(waitsFor));
    return node;
  }

  private static Map<String, @Nullable Object> map(TaskInfo task) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("number", task.number());
    map.put("name", task.name());
    map.put("coroutine", task.shownCoroutine());
    map.put("state", state(task));
    map.put("doing", task.doing());
    var waitsFor = task.waitsFor();
    if (waitsFor != null) {
      map.put("waitsFor", waitsFor.toString());
      map.put("kind", waitsFor.kind().name().toLowerCase(Locale.ROOT));
      if (!waitsFor.queues().isEmpty()) {
        map.put("queues", waitsFor.queues().stream().map(Questions::map).toList());
      }
    }
    var cancellation = task.cancellation();
    if (cancellation != null) {
      map.put("cancellation", cancellation.toString());
    }
    map.put("awaitedBy", task.awaitedBy());
    map.put("stack", task.stack());
    map.put("age", seconds(task.age()));
    return map;
  }

  private static Map<String, @Nullable Object> map(WaitInfo.Depth queue) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("name", queue.queue());
    return Measurement.put(queue, map);
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }

  private static String state(TaskInfo task) {
    return task.state().name().toLowerCase(Locale.ROOT);
  }

  /// Whether it is asked for a task of this name or number, and of this age. Asked first, as it
  /// costs least.
  boolean isMeant(Task<?> task) {
    return (name == null
            || name.matcher(task.getName()).matches()
            || name.matcher("#" + Tasks.number(task)).matches())
        && (older <= 0 || Tasks.age(task) >= older);
  }

  /// Whether it is asked for one in this state that waits for this.
  private boolean isWanted(TaskInfo task) {
    var waitsFor = task.waitsFor();
    return (state == null || state.equals(state(task)))
        && (waiting == null
            || (waitsFor != null && waiting.matcher(waitsFor.toString()).matches()));
  }

  /// `*` stands for anything, and `?` for one character.
  private static @Nullable Pattern glob(@Nullable String glob, int flags) {
    if (glob == null) {
      return null;
    }
    var regex = new StringBuilder();
    glob.chars()
        .forEach(c ->
            regex.append(
                c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf((char) c))));
    return Pattern.compile(regex.toString(), Pattern.DOTALL | flags);
  }
}
