package jasyncio.testing;

/// How long a test's loop lives.
public enum LoopScope {
  /// Each test has a loop of its own, from before its `@BeforeEach` methods until after its
  /// `@AfterEach` methods.
  TEST,

  /// All tests of a class, and of the classes nested in it, share a loop, from before `@BeforeAll`
  /// until after `@AfterAll`: for what is dear to set up. They run one after the other.
  CLASS
}
