package jasyncio.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Gives the answers of a program that there is not, and its time, for [ProgramWatch].
final class PretendProgram implements Answers.Source {
  static final String HTML = "<img src=x onerror=alert(1)><b>bold</b>";

  final List<String> questions = new ArrayList<>();
  int visits;
  private int visitors;
  boolean hasEnded;
  boolean isOld;
  boolean isHeldUp;
  boolean hasCircle;
  boolean hasSecondLoop;
  boolean hasMomentaryLoops; // another one for each answer, before the others
  private int moments;
  int unseen; // of 131 tasks
  int sampled; // of them, for what they wait for; 0: all
  String strange = "fetch-12"; // the name of a task; HTML is in a stack, too
  Runnable meanwhile = () -> {}; // before each answer
  private final AtomicLong nanos = new AtomicLong();
  private int round; // of the visitor who asks
  final ProgramWatch watch = new ProgramWatch("Crawler.java", 250, this, nanos::get);

  boolean isVisited() {
    return visitors > 0;
  }

  /// Lets a second pass: the watch measures if somebody looks.
  void pass() {
    passIdly(1);
    watch.tick();
  }

  /// Lets time pass in which nothing is measured.
  void passIdly(int seconds) {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  /// Lets seconds pass while somebody looks.
  void passLookedAt(int seconds) {
    for (int i = 0; i < seconds; i++) {
      watch.now(0, 10);
      pass();
    }
  }

  @Override
  public synchronized Answers open() throws CommandException {
    if (hasEnded) {
      throw CommandException.failure("jasyncio web", "there is no process 4711");
    }
    visits++;
    visitors++;
    return new Answers() {
      private int round;

      @Override
      public String ask(String question, Map<String, String> values) throws IOException {
        synchronized (PretendProgram.this) {
          PretendProgram.this.round = round;
          String answer = answer(question, values);
          round += question.equals("measure") ? 1 : 0;
          return answer;
        }
      }

      @Override
      public void close() {
        visitors--;
      }
    };
  }

  private String answer(String question, Map<String, String> values) throws IOException {
    meanwhile.run();
    if (hasEnded) {
      throw new IOException("process 4711 has ended");
    }
    if (isOld && question.equals("measure")) {
      return "{\"error\":\"there is no question 'measure'\"}";
    }
    questions.add(question + " " + new TreeMap<>(values));
    var answer = new JsonObject();
    answer.addProperty("pid", 4711);
    var loops = new JsonArray();
    if (hasMomentaryLoops) {
      loops.add(loop("moment-" + ++moments, question, values));
    }
    loops.add(isHeldUp ? heldUp() : loop("loop-1", question, values));
    if (hasSecondLoop) {
      loops.add(loop("loop-2", question, values));
    }
    answer.add("loops", loops);
    return answer.toString();
  }

  private static JsonObject heldUp() {
    JsonObject loop =
        object(
            "name",
            "loop-1",
            "heldUpBy",
            """
            Task 'report': it blocks in java.io.FileInputStream.readBytes; toThread(...) would not
              at java.base/java.io.FileInputStream.readBytes(Native Method)
              at Crawler.report(Crawler.java:88)\
            """,
            "noAnswerFor",
            0.25);
    loop.add("holder", object("number", 17, "name", "report", "doing", "it blocks"));
    return loop;
  }

  private JsonObject loop(String name, String question, Map<String, String> values) {
    JsonObject loop =
        object("name", name, "loop", "<EventLoop running=True closed=False debug=False>");
    loop.add(
        "statistics", object("ready", 3, "timers", 41, "tasks", 131, "blocked", 1, "channels", 24));
    loop.getAsJsonObject("statistics")
        .add("executor", object("threads", 4, "maxThreads", 6, "active", 2, "queued", 0));
    switch (question) {
      case "measure" -> measure(loop);
      case "ps" -> {
        loop.addProperty("matching", unseen > 0 ? 100 : 131);
        loop.addProperty("unseen", unseen);
        loop.addProperty("left", 20);
        loop.add("groups", groups());
      }
      case "pstree" -> {
        loop.addProperty("unseen", unseen);
        loop.addProperty("left", 0);
        loop.add("tasks", tree());
      }
      case "where" -> {
        loop.addProperty("left", 0);
        loop.add("tasks", stacks(Integer.parseInt(values.get("name").substring(1))));
      }
      default -> throw new IllegalArgumentException(question);
    }
    return loop;
  }

  // ---- measure ----------------------------------------------------------------------------------

  private void measure(JsonObject loop) {
    double wave = Math.sin(round / 5.0) + Math.sin(round / 2.3) / 2 + Math.sin(round * 1.7) / 4;
    boolean isSlow = round == 17 || round == 38 || round == 52;
    double busy = 0.42 + 0.14 * wave + (isSlow ? 0.2 : 0);
    loop.addProperty("seconds", round == 0 ? 0.0 : 1.0);
    loop.addProperty("steps", round == 0 ? 0 : 9200 + Math.round(2100 * wave));
    loop.addProperty("busy", round == 0 ? 0.0 : busy);
    loop.addProperty("inSteps", round == 0 ? 0.0 : busy * 0.9);
    loop.addProperty("waited", round == 0 ? 0.0 : 1 - busy);
    loop.addProperty("collector", round == 0 ? 0.0 : 0.011);
    if (round > 0) {
      double max = isSlow ? 0.21 : 0.004 + 0.0035 * Math.abs(wave);
      loop.add("lag", object("samples", 50, "p50", 0.00011, "p99", max * 0.7, "max", max));
    }
    loop.add(
        "functions",
        array(
            hot("Crawler.parse", 0, 1240, busy * 0.56),
            hot("Crawler.fetch", 0, 5160, busy * 0.24),
            hot("Crawler.store", 0, 860, busy * 0.11),
            hot("StreamReader.wake", 0, 1720, busy * 0.05),
            hot("Crawler.throttle", 0, 220, busy * 0.02)));
    loop.add(
        "tasks",
        array(
            hot("parser-1", 21, 640, busy * 0.3),
            hot("parser-2", 22, 600, busy * 0.26),
            hot("writer", 9, 860, busy * 0.11),
            hot(strange, 12, 61, busy * 0.03),
            hot("fetch-3", 13, 58, busy * 0.02)));
    loop.add(
        "slow",
        isSlow
            ? array(slow("parser-" + (round % 2 + 1), 21 + round % 2, 0.18 + round / 400.0))
            : new JsonArray());
    loop.add(
        "waits",
        array(
            wait(2, "main", "a task group with 12 open tasks", "tasks", 184 + round),
            wait(5, "heartbeat", "its sleep to end in 11.2 s", "timer", 18.8),
            wait(31, "audit", "Lock 'db', held by writer", "sync", 12.25 + round),
            wait(9, "writer", "data from 10.0.0.3:5432", "io", 0.412)));
    loop.add(
        "waitedFor",
        array(
            object("what", "Semaphore 'per host', 0 of 8 free", "kind", "sync", "tasks", 92),
            object("what", "an item of Queue 'pages'", "kind", "queue", "tasks", 12),
            object("what", "room in Queue 'links'", "kind", "queue", "tasks", 2),
            object("what", "Lock 'db', held by writer", "kind", "sync", "tasks", 3)));
    loop.add(
        "queues", array(queue("Queue 'pages'", 0, 0, 12, 0), queue("Queue 'links'", 40, 40, 0, 2)));
    if (sampled > 0) {
      loop.addProperty("sampled", sampled);
    }
    loop.add(
        "unawaited",
        array(
            object(
                "number",
                31,
                "name",
                "audit",
                "coroutine",
                "Crawler.audit",
                "age",
                181.5,
                "waitsFor",
                "Lock 'db', held by writer"),
            object("number", 44, "name", "Task-44", "coroutine", "Crawler.log", "age", 61.0)));
  }

  private static JsonObject queue(String name, int size, int maxsize, int getting, int putting) {
    return object(
        "name",
        name,
        "id",
        name.hashCode(),
        "size",
        size,
        "maxsize",
        maxsize,
        "getting",
        getting,
        "putting",
        putting,
        "seconds",
        1.25);
  }

  private static JsonObject hot(String name, int number, int steps, double seconds) {
    JsonObject hot =
        object("name", name, "steps", steps, "seconds", seconds, "longest", seconds / 20);
    if (number > 0) {
      hot.addProperty("number", number);
      hot.addProperty("coroutine", "Crawler." + name.replaceAll("-.*", ""));
    }
    return hot;
  }

  private JsonObject slow(String name, int number, double seconds) {
    JsonObject slow =
        object(
            "number",
            number,
            "name",
            name,
            "function",
            "Crawler.parse",
            "seconds",
            seconds,
            "ago",
            0.3,
            "ready",
            37);
    slow.add(
        "stack",
        array(
            "java.base/java.util.regex.Pattern$Loop.match(Pattern.java:5066)",
            "java.base/java.util.regex.Matcher.find(Matcher.java:787)",
            "Crawler.links(Crawler.java:64)",
            "Crawler.parse(Crawler.java:51)",
            strange.startsWith("<") ? strange : "Crawler.lambda$main$2(Crawler.java:33)"));
    return slow;
  }

  private static JsonObject wait(
      int number, String name, String waitsFor, String kind, double seconds) {
    return object(
        "number", number, "name", name, "waitsFor", waitsFor, "kind", kind, "seconds", seconds);
  }

  // ---- tasks ------------------------------------------------------------------------------------

  private JsonArray groups() {
    return array(
        group(2, "main", "a task group with 12 open tasks", 1, "Crawler.main"),
        group(9, "writer", "data from 10.0.0.3:5432", 1, "Crawler.store"),
        group(12, strange, "Semaphore 'per host', 0 of 8 free", 92, "Crawler.fetch"),
        group(21, "parser-1", "an item of Queue 'pages' (0 in it)", 12, "Crawler.parse"),
        group(31, "audit", "Lock 'db', held by writer", 1, "Crawler.audit"));
  }

  private static JsonObject group(
      int number, String name, String waitsFor, int alike, String coroutine) {
    JsonObject group =
        object(
            "number",
            number,
            "name",
            name,
            "coroutine",
            coroutine,
            "state",
            "waiting",
            "doing",
            "waits for " + waitsFor,
            "waitsFor",
            waitsFor,
            "kind",
            "other",
            "alike",
            alike,
            "age",
            184.2);
    group.add("awaitedBy", number == 2 ? new JsonArray() : array("main"));
    group.add("stack", array(coroutine + "(Crawler.java:33)"));
    return group;
  }

  private JsonArray stacks(int number) {
    var stacks = new JsonArray();
    for (var group : groups()) {
      if (group.getAsJsonObject().get("number").getAsInt() == number) {
        group.getAsJsonObject().remove("alike");
        stacks.add(group);
      }
    }
    return stacks;
  }

  private JsonArray tree() {
    JsonArray tree =
        array(
            node(2, "main", "waits for a task group with 12 open tasks"),
            node(9, "writer", "waits for data from 10.0.0.3:5432", 2),
            node(31, "audit", "waits for Lock 'db', held by writer"),
            node(21, "parser-1", "waits for gather(...), 2 of 3 not done", 2),
            node(22, "parser-2", "waits for an item of Queue 'pages' (0 in it)", 2),
            node(51, "links-1", "waits for DNS of example.org", 21),
            node(52, "links-2", "waits for DNS of example.com", 21),
            node(5, "heartbeat", "waits for its sleep to end in 11.2 s"),
            node(44, "Task-44", "is ready"));
    tree.get(2).getAsJsonObject().add("heldBy", array(9));
    for (int i = 100; i < 192; i++) {
      tree.add(node(i, "fetch-" + i, "waits for Semaphore 'per host', 0 of 8 free", 2));
    }
    if (hasCircle) {
      tree.add(node(61, "payer", "waits for Lock 'ledger', held by biller"));
      tree.add(node(62, "biller", "waits for Lock 'account', held by payer"));
      tree.get(tree.size() - 2).getAsJsonObject().add("heldBy", array(62));
      tree.get(tree.size() - 1).getAsJsonObject().add("heldBy", array(61));
    }
    return tree;
  }

  private static JsonObject node(int number, String name, String doing, Integer... awaitedBy) {
    JsonObject node =
        object(
            "number",
            number,
            "name",
            name,
            "coroutine",
            "Crawler." + name.replaceAll("-.*", ""),
            "doing",
            doing);
    node.add("awaitedBy", array((Object[]) awaitedBy));
    node.add("heldBy", new JsonArray());
    return node;
  }

  // ---- JSON -------------------------------------------------------------------------------------

  private static JsonObject object(Object... namesAndValues) {
    var object = new JsonObject();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (namesAndValues[i + 1] instanceof Number number) {
        object.addProperty((String) namesAndValues[i], number);
      } else {
        object.addProperty((String) namesAndValues[i], (String) namesAndValues[i + 1]);
      }
    }
    return object;
  }

  private static JsonArray array(Object... elements) {
    var array = new JsonArray();
    for (Object element : elements) {
      switch (element) {
        case JsonObject object -> array.add(object);
        case Number number -> array.add(number);
        default -> array.add((String) element);
      }
    }
    return array;
  }
}
