import org.jspecify.annotations.NullMarked;

/// Metrics of event loops, by Micrometer: [EventLoopMetrics][jasyncio.micrometer.EventLoopMetrics].
@NullMarked
@SuppressWarnings("requires-transitive-automatic") // Micrometer has a name, and no descriptor
module jasyncio.micrometer {
  requires static transitive org.jspecify;
  requires transitive jasyncio;
  requires transitive micrometer.core;

  exports jasyncio.micrometer;
}
