package jasyncio.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/// A report as an object of JSON. Times are in seconds, points in time from the start of what was
/// recorded.
final class ReportJson {
  private static final int MAX_PARTS = 1000; // of a path

  private ReportJson() {}

  static JsonObject of(Report report) {
    var json = new JsonObject();
    json.addProperty("file", report.file());
    json.addProperty("start", report.start().toString());
    json.addProperty("seconds", seconds(report.nanos()));
    json.addProperty("turns", report.turns());
    json.addProperty("pauses", report.pauses());
    json.addProperty("pausedSeconds", seconds(report.pauseNanos()));
    KeptTime kept = report.kept();
    if (kept != null && kept.isCut()) {
      json.addProperty("recordedSeconds", seconds(kept.wholeNanos()));
      json.addProperty("keptSeconds", seconds(kept.nanos()));
    }
    if (!report.problem().isEmpty()) {
      json.addProperty("problem", report.problem());
    }
    var loops = new JsonArray();
    report.loops().forEach(loop -> loops.add(loop(loop)));
    json.add("loops", loops);
    var cut = new JsonArray();
    report.cut().forEach(step -> cut.add(step(step)));
    json.add("cutOff", cut);
    var steps = new JsonArray();
    report.steps().forEach(step -> steps.add(step(step)));
    json.add("steps", steps);
    var tasks = new JsonArray();
    report.tasks().forEach(task -> tasks.add(task(task)));
    json.add("tasks", tasks);
    json.addProperty("partlyRecorded", report.partly());
    return json;
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }

  private static JsonObject loop(Report.Loop loop) {
    var json = new JsonObject();
    json.addProperty("name", loop.name());
    json.addProperty("turns", loop.turns());
    json.addProperty("missing", loop.missing());
    json.addProperty("shared", loop.isShared());
    json.addProperty("busy", seconds(loop.busyNanos()));
    json.addProperty("longest", seconds(loop.longestNanos()));
    json.addProperty("longestReady", seconds(loop.longestReadyNanos()));
    return json;
  }

  private static JsonObject step(SlowStep step) {
    var json = new JsonObject();
    json.addProperty("loop", step.loop());
    json.addProperty("name", step.who());
    addNumber(json, step.task());
    json.addProperty("function", step.function());
    json.addProperty("at", seconds(step.at()));
    json.addProperty("seconds", seconds(step.nanos()));
    json.addProperty("pausedSeconds", seconds(step.pauseNanos()));
    json.addProperty("heldUp", step.heldUp());
    json.addProperty("heldUpSeconds", seconds(step.heldUpNanos()));
    RecordedLoop.Cut cut = step.cut();
    if (cut != null) {
      json.addProperty("begunBefore", cut.begunBefore());
      json.addProperty("secondsBefore", seconds(cut.before()));
      json.addProperty("goesOn", cut.goesOn());
      json.addProperty("doing", cut.doing());
    }
    if (step.outside() != null) {
      json.addProperty("outside", step.outside());
    }
    var chain = new JsonArray();
    for (SlowStep.Link link :
        step.chain().subList(Math.max(0, step.chain().size() - MAX_PARTS), step.chain().size())) {
      var one = new JsonObject();
      one.addProperty("name", link.who());
      one.addProperty("turns", link.count());
      chain.add(one);
    }
    json.add("chain", chain);
    var stack = new JsonArray();
    step.stack().forEach(stack::add);
    json.add("stack", stack);
    return json;
  }

  private static JsonObject task(TaskReport task) {
    var json = new JsonObject();
    json.addProperty("loop", task.loop());
    json.addProperty("name", task.name());
    addNumber(json, task.number());
    json.addProperty("function", task.function());
    json.addProperty("at", seconds(task.at()));
    json.addProperty("seconds", seconds(task.nanos()));
    json.addProperty("first", task.hasFirst());
    json.addProperty("last", task.hasLast());
    json.addProperty("steps", task.turns());
    json.addProperty("running", seconds(task.nanos(PathKind.STEP)));
    json.addProperty("ready", seconds(task.nanos(PathKind.READY)));
    json.addProperty("halted", seconds(task.nanos(PathKind.HALTED)));
    json.addProperty("waiting", seconds(task.waitedNanos()));
    json.addProperty("notRecorded", seconds(task.nanos(PathKind.UNKNOWN)));
    TaskReport.Share behind = task.behind();
    if (behind != null) {
      json.add("behind", share(behind));
    }
    json.add("waits", shares(task.waits()));
    var path = new JsonArray();
    long start = task.path().isEmpty() ? 0 : task.path().getFirst().start();
    for (PathPart part : PathPart.longest(task.path(), MAX_PARTS)) {
      path.add(part(task, part, start));
    }
    json.add("path", path);
    json.add("causes", shares(task.causes()));
    return json;
  }

  private static JsonObject part(TaskReport task, PathPart part, long start) {
    var json = new JsonObject();
    json.addProperty("kind", part.kind().label());
    if (part.kind() != PathKind.SHORTER) {
      json.addProperty("name", part.who());
      addNumber(json, part.task());
      json.addProperty("function", part.function());
    }
    if (part.what() != null) {
      json.addProperty("what", part.what());
    }
    if (part.meanwhile() != null) {
      json.addProperty("meanwhile", part.meanwhile());
    }
    json.addProperty("at", seconds(task.at() + part.start() - start));
    json.addProperty("seconds", seconds(part.nanos()));
    json.addProperty("count", part.count());
    return json;
  }

  private static void addNumber(JsonObject json, int task) {
    if (task != 0) {
      json.addProperty("number", task);
    }
  }

  private static JsonArray shares(List<TaskReport.Share> shares) {
    var json = new JsonArray();
    shares.stream().limit(MAX_PARTS).forEach(share -> json.add(share(share)));
    return json;
  }

  private static JsonObject share(TaskReport.Share share) {
    var json = new JsonObject();
    json.addProperty("what", share.what());
    json.addProperty("seconds", seconds(share.nanos()));
    return json;
  }
}
