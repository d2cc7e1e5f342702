package jasyncio.dist;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ApiChangesTest {
  private static final String RELEASED =
      """
      package a

      interface a.Handler<X extends Exception> : AutoCloseable
        handle(String): abstract void throws X
        name(): default String

      final class a.Pool : AutoCloseable
        MAX: static final int
        new(int):
        close(): void
      """;

  @Test
  void between_same_nothing() {
    assertThat(ApiChanges.between(RELEASED, RELEASED)).isEmpty();
  }

  @Test
  void between_addedAndDeprecated_breakNobody() {
    String now =
        RELEASED.replace("close(): void", "close(): @Deprecated void\n  size(): int")
            + "\ninterface a.New\n  run(): abstract void\n";
    assertThat(ApiChanges.between(RELEASED, now)).isEmpty();
  }

  @Test
  void between_memberGone_named() {
    assertThat(ApiChanges.between(RELEASED, RELEASED.replace("  close(): void\n", "")))
        .containsExactly("a.Pool - close(): void");
  }

  @Test
  void between_memberWithAnotherType_asIfGone() {
    assertThat(ApiChanges.between(RELEASED, RELEASED.replace("final int", "final long")))
        .containsExactly("a.Pool - MAX: static final int");
  }

  @Test
  void between_typeGone_namedOnce() {
    assertThat(ApiChanges.between(RELEASED, RELEASED.replace("a.Pool", "a.Pond")))
        .containsExactly("a.Pool -");
  }

  @Test
  void between_typeWithAnotherLine_oldLineTold() {
    assertThat(ApiChanges.between(RELEASED, RELEASED.replace("a.Pool : AutoCloseable", "a.Pool")))
        .containsExactly("a.Pool - final class a.Pool : AutoCloseable");
  }

  @Test
  void between_methodThatImplementersMustAdd_told() {
    String now = RELEASED.replace("  name():", "  end(): abstract void\n  name():");
    assertThat(ApiChanges.between(RELEASED, now))
        .containsExactly("a.Handler + end(): abstract void");
  }
}
