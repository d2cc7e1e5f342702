package jasyncio.testing;

import jasyncio.BlockingPolicy;
import jasyncio.FiberKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What an [OnLoop] says.
record Settings(
    TimeMode time,
    BlockingPolicy blocking,
    @Nullable FiberKind fibers,
    boolean debug,
    double timeoutSeconds,
    LoopScope scope,
    Set<Leftover> allowed) {

  static Settings of(OnLoop annotation) {
    var fibers = annotation.fibers();
    if (fibers.length > 1) {
      throw new IllegalArgumentException(
          "@OnLoop(fibers = "
              + List.of(fibers)
              + "): a test has one loop, and so one fiber runtime; annotate it with @OnEachRuntime to"
              + " have it run on both");
    }
    double seconds = annotation.timeoutSeconds();
    if (!(seconds >= 0)) {
      throw new IllegalArgumentException(
          "@OnLoop(timeoutSeconds = " + seconds + "): must be 0, for never, or more");
    }
    return new Settings(
        annotation.time(),
        annotation.blocking(),
        fibers.length == 0 ? null : fibers[0],
        annotation.debug(),
        seconds,
        annotation.scope(),
        Set.of(annotation.allow()));
  }

  /// Those of a test that says nothing else, but for what may be left.
  static Settings plain(Leftover... allowed) {
    return new Settings(
        TimeMode.VIRTUAL,
        BlockingPolicy.FORBID,
        null,
        false,
        60,
        LoopScope.TEST,
        Set.copyOf(List.of(allowed)));
  }

  Settings on(FiberKind kind) {
    return new Settings(time, blocking, kind, debug, timeoutSeconds, scope, allowed);
  }

  /// What a test that wants these does not find in a loop that was made for others, such as `debug
  /// = true`: `scope` is the class's.
  String otherThan(Settings others) {
    var theirs = others.values();
    return values().entrySet().stream()
        .filter(e -> !e.getValue().equals(theirs.get(e.getKey())))
        .map(e -> e.getKey() + " = " + e.getValue())
        .collect(Collectors.joining(", "));
  }

  /// All but `scope`, by their names in the annotation.
  private Map<String, Object> values() {
    var values = new LinkedHashMap<String, Object>();
    values.put("time", time);
    values.put("blocking", blocking);
    values.put("fibers", fibers == null ? List.of() : fibers);
    values.put("debug", debug);
    values.put("timeoutSeconds", timeoutSeconds);
    values.put("allow", allowed);
    return values;
  }

  boolean checks(Leftover leftover) {
    return !allowed.contains(leftover);
  }
}
