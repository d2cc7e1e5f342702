package jasyncio.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/// Reads what there is of event loops in a file of Flight Recorder.
final class RecordingReader {
  private static final byte[] MAGIC = {'F', 'L', 'R', 0};
  private static final List<String> FIELDS =
      List.of(
          "loop",
          "number",
          "wokenBy",
          "queued",
          "who",
          "task",
          "coroutine",
          "first",
          "last",
          "waited",
          "waitedFor",
          "waitKind");
  private static final String RECORDER =
      "jasyncio record"; // as the program calls what we asked for
  private static final String SLEEP = "its sleep to end";
  private static final int MANY = 10_000; // events, before somebody is told

  private static final int MAX_TEXTS = 100_000;
  private static final double MAX_PART = 0.85; // of the memory, for what is kept
  private static final long MB = 1 << 20;

  /// What changes in the description of a wait, from one time to the next.
  private static final Pattern COUNTS =
      Pattern.compile(
          ", \\d+ of \\d+ [a-z ]+|, \\d+ not done(, while \\d+ waits? for an item)?"
              + "| with \\d+ open tasks?|, held by .*");

  private final String command;
  private final Path file;
  private final LongConsumer progress;
  private final long memory; // bytes
  private final Map<String, RecordedLoop> loops = new LinkedHashMap<>();
  private final Map<String, String> texts = new HashMap<>(); // one object for each, as they recur
  private final Map<String, String> waits = new HashMap<>();
  private final List<Recording.Pause> pauses = new ArrayList<>();
  private final List<Recording.Pause> collections = new ArrayList<>();
  private final List<Recording.SeenStep> slowSteps = new ArrayList<>();
  private long events;
  private final List<Long> begins = new ArrayList<>(); // when turns of loops began to be recorded
  private @Nullable Limit limit;

  /// What was to be recorded, and how much of it could be kept.
  private record Limit(long start, long maxBytes) {}

  private RecordingReader(String command, Path file, LongConsumer progress, long memory) {
    this.command = command;
    this.file = file;
    this.progress = progress;
    this.memory = memory;
  }

  /// Reads a file.
  ///
  /// @param command who wants to, for messages
  /// @param progress is given the number of events that have been read, now and then
  /// @throws CommandException if it has no turns in it, or is no recording, or has more turns than
  ///   there is memory for
  static Recording read(String command, Path file, LongConsumer progress) throws CommandException {
    return read(command, file, progress, Runtime.getRuntime().maxMemory());
  }

  static Recording read(String command, Path file, LongConsumer progress, long memory)
      throws CommandException {
    var reader = new RecordingReader(command, file, progress, memory);
    reader.checkStart();
    try {
      return reader.read();
    } catch (OutOfMemoryError e) {
      reader.loops.clear();
      throw reader.tooLarge();
    }
  }

  /// Its turns are in the memory all at once, since what a task waited for may be far back.
  private CommandException tooLarge() {
    long needed = (2 * file.toFile().length() + 128 * MB) / MB;
    return failure(
        "has more turns than fit into "
            + memory / MB
            + " MB of memory; give more by JASYNCIO_JAVA_OPTIONS=-Xmx"
            + Math.max(needed, 2 * memory / MB)
            + "m, or record less: 'jasyncio record' has --seconds and --max-size");
  }

  private void checkRoom() throws CommandException {
    long bytes = loops.values().stream().mapToLong(loop -> loop.bytesWith(MANY)).sum();
    if (bytes > memory * MAX_PART) {
      throw tooLarge();
    }
  }

  private void checkStart() throws CommandException {
    if (Files.isDirectory(file)) {
      throw failure("is a directory; give the file of a recording");
    } else if (!Files.exists(file)) {
      throw CommandException.failure(command, "there is no file " + file);
    }
    byte[] start;
    try (var in = Files.newInputStream(file)) {
      start = in.readNBytes(MAGIC.length);
    } catch (IOException e) {
      throw failure("cannot be read (" + e.getMessage() + ")");
    }
    if (start.length == 0) {
      throw failure("is empty: was the recording ended, or dumped? jcmd PID JFR.dump does it");
    } else if (!Arrays.equals(start, MAGIC)) {
      throw failure("is no recording of Flight Recorder; most have names that end with .jfr");
    }
  }

  private CommandException failure(String what) {
    return CommandException.failure(command, file + " " + what);
  }

  private Recording read() throws CommandException {
    String problem = "";
    try (var recording = new RecordingFile(file)) {
      while (recording.hasMoreEvents()) {
        take(recording.readEvent());
        if (++events % MANY == 0) {
          checkRoom();
          progress.accept(events);
        }
      }
    } catch (IOException | RuntimeException e) { // of what is damaged, the parser may throw any
      problem = Objects.requireNonNullElse(e.getMessage(), e.toString());
    }
    if (loops.isEmpty()) {
      throw failure(
          problem.isEmpty()
              ? withoutTurns()
              : "is damaged, or was not ended, and there is nothing to be read in it ("
                  + problem
                  + ")");
    }
    KeptTime kept = null;
    Recording.Span recorded = null;
    if (limit != null) {
      RecordedSpan span = RecordedSpan.of(file);
      kept = kept(span, limit);
      recorded = recorded(span, limit);
    }
    long from = recorded == null ? Long.MIN_VALUE : recorded.start();
    loops.values().forEach(loop -> loop.finish(from));
    List<Recording.Pause> all = pauses.isEmpty() ? collections : pauses;
    all.sort(Comparator.comparingLong(Recording.Pause::start));
    List<RecordedLoop> sorted =
        loops.values().stream().sorted(Comparator.comparingLong(loop -> loop.start(0))).toList();
    return new Recording(sorted, all, slowSteps, kept, recorded, problem);
  }

  private String withoutTurns() {
    return limit != null
        ? "has no turns: in the "
            + Times.text(RecordedSpan.of(file).nanos() / 1e9)
            + " that were recorded the program's loops had nothing to do, or none ran; 'jasyncio ps'"
            + " says for what their tasks wait"
        : "has no turns of event loops; was it made by 'jasyncio record', or with"
            + " -XX:StartFlightRecording:+jasyncio.Turn#enabled=true?";
  }

  /// How much was kept of what `jasyncio record` has had recorded.
  private static KeptTime kept(RecordedSpan span, Limit limit) {
    return new KeptTime(span.nanos(), span.end() - limit.start, limit.maxBytes);
  }

  /// From when to when it has had that recorded, and it was kept.
  private Recording.@Nullable Span recorded(RecordedSpan span, Limit limit) {
    if (span.nanos() == 0) {
      return null;
    }
    long start = Math.max(limit.start, span.end() - span.nanos());
    long begin =
        begins.stream()
            .mapToLong(Long::longValue)
            .filter(time -> time >= start && time < span.end())
            .min()
            .orElse(start); // no loop ran then, or another recording had its turns already
    return new Recording.Span(begin, span.end());
  }

  private void take(RecordedEvent event) throws CommandException {
    switch (event.getEventType().getName()) {
      case "jasyncio.Turn" -> takeTurn(event);
      case "jasyncio.CutTurn" -> takeCutTurn(event);
      case "jasyncio.Step" -> takeStep(event);
      case "jdk.GCPhasePause" ->
          pauses.add(new Recording.Pause(start(event), start(event) + nanos(event)));
      case "jdk.GarbageCollection" -> takeCollection(event);
      case "jdk.ActiveRecording" -> takeLimit(event);
      case "jasyncio.TurnsBegin" -> begins.add(start(event));
      default -> {}
    }
  }

  private void takeTurn(RecordedEvent event) throws CommandException {
    if (loops.isEmpty() && !FIELDS.stream().allMatch(event::hasField)) {
      throw failure("is of another version of jasyncio; take that to read it");
    }
    int task = event.getInt("task");
    String name = event.getString("who");
    String who = name != null && RecordedLoop.isUsualName(name, task) ? name : text(name);
    String coroutine = event.getString("coroutine");
    var turn =
        new RecordedLoop.Turn(
            event.getLong("number"),
            event.getLong("wokenBy"),
            start(event),
            nanos(event),
            event.getLong("queued"),
            who,
            task,
            coroutine == null ? who : text(coroutine),
            event.getBoolean("first"),
            event.getBoolean("last"),
            event.getLong("waited"),
            wait(event.getString("waitedFor")),
            PathKind.of(event.getString("waitKind")));
    loops.computeIfAbsent(text(event.getString("loop")), RecordedLoop::new).add(turn);
  }

  private void takeCutTurn(RecordedEvent event) {
    String loop = text(event.getString("loop"));
    String who = text(event.getString("who"));
    String coroutine = event.getString("coroutine");
    long end = start(event) - event.getLong("ago");
    long start = end - event.getLong("lasted");
    loops
        .computeIfAbsent(loop, RecordedLoop::new)
        .add(
            new RecordedLoop.Cut(
                start,
                end,
                who,
                event.getInt("task"),
                coroutine == null ? who : text(coroutine),
                event.getBoolean("begunBefore"),
                event.getLong("before"),
                event.getBoolean("goesOn"),
                event.getBoolean("last"),
                text(event.getString("doing"))));
    String stack = event.getString("seenAt");
    if (stack != null && !stack.isEmpty()) {
      slowSteps.add(new Recording.SeenStep(loop, who, start, end, stack));
    }
  }

  private void takeStep(RecordedEvent event) {
    String stack = event.getString("seenAt");
    if (stack != null) {
      long start = start(event);
      slowSteps.add(
          new Recording.SeenStep(
              text(event.getString("loop")),
              text(event.getString("who")),
              start,
              start + nanos(event),
              stack));
    }
  }

  /// If its pauses are not recorded one by one: those that stop everything all the time.
  private void takeCollection(RecordedEvent event) {
    long paused = event.getDuration("sumOfPauses").toNanos();
    if (paused * 10 >= nanos(event) * 9) {
      collections.add(new Recording.Pause(start(event), start(event) + paused));
    }
  }

  /// If several have recorded at once, the last one that began may be it.
  private void takeLimit(RecordedEvent event) {
    if (RECORDER.equals(event.getString("name"))) {
      long start = nanos(event.getInstant("recordingStart"));
      if (limit == null || start >= limit.start) {
        limit = new Limit(start, event.getLong("maxSize"));
      }
    }
  }

  private static long start(RecordedEvent event) {
    return nanos(event.getStartTime());
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  private static long nanos(RecordedEvent event) {
    Duration duration = event.getDuration();
    return Math.max(0, duration.toNanos());
  }

  private String text(@Nullable String text) {
    String known = text == null ? "?" : text;
    return limited(texts).computeIfAbsent(known, Visit::plain);
  }

  /// If there are many different ones, few of them recur.
  private static Map<String, String> limited(Map<String, String> known) {
    if (known.size() >= MAX_TEXTS) {
      known.clear();
    }
    return known;
  }

  /// The description of a wait, as it is the next time, too.
  private @Nullable String wait(@Nullable String what) {
    if (what == null || what.isEmpty()) {
      return null;
    }
    return what.startsWith(SLEEP)
        ? SLEEP
        : limited(waits).computeIfAbsent(what, given -> text(COUNTS.matcher(given).replaceAll("")));
  }
}
