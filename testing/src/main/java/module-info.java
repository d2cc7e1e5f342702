import org.jspecify.annotations.NullMarked;

/// Tests of code on jasyncio.
///
/// [@AsyncTest][jasyncio.testing.AsyncTest] runs a test method as a coroutine, in time that jumps;
/// [TestClock][jasyncio.testing.TestClock] is that time.
@NullMarked
module jasyncio.testing {
  requires static transitive org.jspecify;
  requires transitive jasyncio;
  requires transitive org.junit.jupiter.api;
  requires static java.instrument; // there as soon as the agent is

  exports jasyncio.testing;
  exports jasyncio.testing.program;
  exports jasyncio.testing.agent to
      java.instrument;

  opens jasyncio.testing to
      org.junit.platform.commons;
}
