package jasyncio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ExceptionGroupTest {
  private final IOException io = new FileNotFoundException("io");
  private final IllegalStateException state = new IllegalStateException("state");
  private final Error error = new AssertionError("error");
  private final ExceptionGroup inner = new ExceptionGroup("inner", List.of(state, error));
  private final ExceptionGroup group = new ExceptionGroup("outer", List.of(io, inner));

  @Test
  void group_tellsWhatItHolds() {
    assertThat(group.exceptions()).containsExactly(io, inner);
    assertThat(group.message()).isEqualTo("outer");
    assertThat(group).hasMessage("outer (2 sub-exceptions)").hasCause(io);
    assertThat(group.getSuppressed()).containsExactly(inner);
    assertThat(new ExceptionGroup("one", List.of(io))).hasMessage("one (1 sub-exception)");
  }

  @Test
  void group_ofNothing_isAnError() {
    assertThatIllegalArgumentException().isThrownBy(() -> new ExceptionGroup("none", List.of()));
  }

  @Test
  void split_divides_throughAllLevels() {
    var parts = group.split(e -> e instanceof IllegalStateException);
    assertThat(parts.matching().exceptions())
        .singleElement()
        .isInstanceOfSatisfying(
            ExceptionGroup.class,
            nested -> {
              assertThat(nested.message()).isEqualTo("inner");
              assertThat(nested.exceptions()).containsExactly(state);
            });
    assertThat(parts.rest().exceptions()).hasSize(2).startsWith(io);
    assertThat(((ExceptionGroup) parts.rest().exceptions().getLast()).exceptions())
        .containsExactly(error);
    assertThat(parts.matching().message()).isEqualTo("outer");
  }

  @Test
  void split_thatMatchesAllOrNothing_hasOnePart() {
    var all = group.split(e -> true);
    assertThat(all.matching()).isSameAs(group);
    assertThat(all.rest()).isNull();
    var none = group.split(e -> false);
    assertThat(none.matching()).isNull();
    assertThat(none.rest().exceptions()).hasSize(2);
  }

  @Test
  void subgroup_byTypeTakesSubclassesToo() {
    assertThat(group.subgroup(IOException.class).exceptions()).containsExactly(io);
    assertThat(group.subgroup(ArithmeticException.class)).isNull();
    assertThat(group.subgroup(e -> e == error).exceptions()).hasSize(1);
  }

  @Test
  void split_byType_looksAtWhatIsInTheGroups() {
    var parts = group.split(RuntimeException.class); // which the groups are, too
    assertThat(ExceptionGroup.unwrap(parts.matching())).isSameAs(state);
    assertThat(parts.rest().exceptions()).hasSize(2).startsWith(io);
    assertThat(group.split(Throwable.class).rest()).isNull();
    assertThat(group.split(ExceptionGroup.class).matching()).isSameAs(group);
  }

  @Test
  void handle_ofAll_returns() {
    var seen = new ArrayList<Throwable>();
    group.handle(
        IOException.class, seen::add, RuntimeException.class, seen::add, Error.class, seen::add);
    assertThat(seen).containsExactly(io, state, error);
  }

  @Test
  void handle_ofSome_throwsTheRest() {
    var seen = new ArrayList<Throwable>();
    assertThatThrownBy(() -> group.handle(IllegalStateException.class, seen::add))
        .isInstanceOfSatisfying(
            ExceptionGroup.class,
            rest -> {
              assertThat(rest.message()).isEqualTo("outer");
              assertThat(rest.exceptions()).hasSize(2).startsWith(io);
              assertThat(rest.getStackTrace()).isEqualTo(group.getStackTrace());
            });
    assertThat(seen).containsExactly(state);
  }

  @Test
  void handle_thatMatchesNothing_throwsTheGroupWithAllInIt() {
    assertThatThrownBy(
            () -> group.handle(ArithmeticException.class, e -> {}, Exception.class, e -> {}))
        .isInstanceOfSatisfying(
            ExceptionGroup.class, rest -> assertThat(ExceptionGroup.unwrap(rest)).isSameAs(error));
  }

  @Test
  void handler_thatThrows_addsToTheRest() {
    var failure = new IOException("of the handler");
    assertThatThrownBy(() ->
            group.handle(
                IOException.class,
                e -> {
                  throw failure;
                },
                IllegalStateException.class,
                e -> {}))
        .isInstanceOfSatisfying(
            ExceptionGroup.class,
            rest -> {
              assertThat(rest.exceptions()).hasSize(2).startsWith(failure);
              assertThat(ExceptionGroup.unwrap(rest.exceptions().get(1))).isSameAs(error);
            });
  }

  @Test
  void handler_thatIsCancelled_passesThatOnAtOnce() {
    var cancellation = new CancelledError();
    assertThatThrownBy(() ->
            group.handle(
                IOException.class,
                e -> {
                  throw cancellation;
                },
                Exception.class,
                e -> {
                  throw new AssertionError("goes on");
                }))
        .isSameAs(cancellation);
    assertThat(cancellation.getSuppressed()).singleElement().isInstanceOf(ExceptionGroup.class);
  }

  @Test
  void handler_thatIsCancelled_leavesWhatItHasNotSeenToo() {
    var cancellation = new CancelledError();
    assertThatThrownBy(() ->
            group.handle(
                Exception.class,
                e -> {
                  throw cancellation;
                }))
        .isSameAs(cancellation);
    var left = (ExceptionGroup) cancellation.getSuppressed()[0];
    assertThat(left.exceptions()).hasSize(2).startsWith(state);
    assertThat(ExceptionGroup.unwrap(left.exceptions().get(1))).isSameAs(error);
  }

  @Test
  void handle_ofGroups_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> group.handle(ExceptionGroup.class, e -> {}));
  }

  @Test
  void unwrap_opensGroupsOfOne() {
    var nested = new ExceptionGroup("outer", List.of(new ExceptionGroup("inner", List.of(io))));
    assertThat(ExceptionGroup.unwrap(nested)).isSameAs(io);
    assertThat(ExceptionGroup.unwrap(group)).isSameAs(group);
    assertThat(ExceptionGroup.unwrap(io)).isSameAs(io);
  }

  @Test
  void parts_keepTheStackTraceOfTheWhole() {
    assertThat(group.subgroup(IOException.class).getStackTrace()).isEqualTo(group.getStackTrace());
  }

  @Test
  void parts_keepTheCauseAndWhatWasAddedToTheWhole() {
    var cause = new RuntimeException("cause");
    var note = new RuntimeException("note");
    var innerNote = new RuntimeException("inner note");
    assertThat(group.initCause(cause)).isSameAs(group);
    group.addSuppressed(note);
    inner.addSuppressed(innerNote);
    assertThat(group).hasCause(cause);
    assertThat(group.getSuppressed()).containsExactly(inner, io, note);

    var parts = group.split(IllegalStateException.class::isInstance);

    assertThat(parts.matching()).hasCause(cause);
    var nested = parts.matching().exceptions().getFirst();
    assertThat(nested).hasCause(state);
    assertThat(nested.getSuppressed()).containsExactly(innerNote);
    assertThat(parts.matching().getSuppressed()).containsExactly(nested, note);
    assertThat(parts.rest()).hasCause(cause);
    assertThat(parts.rest().getSuppressed())
        .containsExactly(parts.rest().exceptions().getLast(), io, note);
  }

  @Test
  void split_ofADeepNest_needsNoStack() {
    Throwable nest = new ExceptionGroup("innermost", List.of(io, state));
    for (int depth = 0; depth < 20_000; depth++) {
      nest = new ExceptionGroup("group", List.of(nest));
      nest.setStackTrace(new StackTraceElement[0]); // which would take all the memory
    }
    var parts = ((ExceptionGroup) nest).split(e -> e == io);
    assertThat(ExceptionGroup.unwrap(parts.matching())).isSameAs(io);
    assertThat(ExceptionGroup.unwrap(parts.rest())).isSameAs(state);
  }

  @Test
  void split_ofGroupsThatShareMembers_looksAtEachOnce() {
    var shared = new ExceptionGroup("shared", List.of(io, state));
    for (int depth = 0; depth < 40; depth++) {
      shared = new ExceptionGroup("group", List.of(shared, shared));
    }
    var looks = new AtomicInteger();
    var parts =
        shared.split(e -> {
          looks.incrementAndGet();
          return e == io;
        });
    assertThat(looks).hasValue(43);
    assertThat(parts.matching().exceptions()).hasSize(2);
  }

  @Test
  void serialised_keepsItsExceptions() throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(
          new ExceptionGroup("several", List.of(io, new ExceptionGroup("in", List.of(io)))));
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      var copy = (ExceptionGroup) in.readObject();
      assertThat(copy.message()).isEqualTo("several");
      assertThat(copy.exceptions()).hasSize(2);
      assertThat(copy.subgroup(IOException.class).exceptions()).hasSize(2);
    }
  }

  // ---- printed ----------------------------------------------------------------------------------

  private static <E extends Throwable> E at(String method, E error) {
    var frame = new StackTraceElement("com.example.Main", method, "Main.java", 1);
    error.setStackTrace(new StackTraceElement[] {frame});
    return error;
  }

  private static String printed(Throwable error) {
    var text = new StringWriter();
    error.printStackTrace(new PrintWriter(text, true));
    var bytes = new ByteArrayOutputStream();
    error.printStackTrace(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo(text.toString());
    return text.toString().replace("\t", "  ").replace(System.lineSeparator(), "\n");
  }

  @Test
  void printStackTrace_drawsATree() {
    at("io", io).addSuppressed(at("close", new IOException("while closing")));
    at("state", state).initCause(at("cause", new ArithmeticException("cause\nin two lines")));
    at("error", error);
    at("inner", inner);
    at("outer", group).initCause(at("why", new RuntimeException("why")));
    assertThat(printed(group))
        .isEqualTo(
            """
            jasyncio.ExceptionGroup: outer (2 sub-exceptions)
              at com.example.Main.outer(Main.java:1)
              +-+---------------- 1 ----------------
                | java.io.FileNotFoundException: io
                |   at com.example.Main.io(Main.java:1)
                |   Suppressed: java.io.IOException: while closing
                |     at com.example.Main.close(Main.java:1)
                +---------------- 2 ----------------
                | jasyncio.ExceptionGroup: inner (2 sub-exceptions)
                |   at com.example.Main.inner(Main.java:1)
                +-+---------------- 1 ----------------
                  | java.lang.IllegalStateException: state
                  |   at com.example.Main.state(Main.java:1)
                  | Caused by: java.lang.ArithmeticException: cause
                  | in two lines
                  |   at com.example.Main.cause(Main.java:1)
                  +---------------- 2 ----------------
                  | java.lang.AssertionError: error
                  |   at com.example.Main.error(Main.java:1)
                  +------------------------------------
            Caused by: java.lang.RuntimeException: why
              at com.example.Main.why(Main.java:1)
            """);
  }

  @Test
  void printStackTrace_ofOneThatLeadsBackToItself_showsEachOnce() {
    at("io", io).initCause(group);
    var shared = new ExceptionGroup("shared", List.of(io, io));
    assertThat(printed(at("shared", shared)))
        .contains("Caused by: jasyncio.ExceptionGroup: outer (2 sub-exceptions)")
        .contains("[as above: java.io.FileNotFoundException: io]");
  }

  @Test
  void printStackTrace_ofManyOrDeepGroups_isOfLimitedLength() {
    var many = new ExceptionGroup("many", Collections.nCopies(100, at("io", io)));
    assertThat(printed(at("many", many)).lines())
        .contains("    +---------------- ... ----------------", "    | and 85 more");
    Throwable nest = io;
    for (int depth = 0; depth < 20_000; depth++) {
      nest = new ExceptionGroup("group", List.of(nest));
      nest.setStackTrace(new StackTraceElement[0]); // which would take all the memory
    }
    assertThat(printed(nest)).contains("... and what is in it").hasSizeLessThan(5000);
  }

  @Test
  void printStackTrace_ofAMemberOfAnOddKind_showsTheOthers() {
    var odd =
        new RuntimeException() {
          @Override
          @SuppressWarnings("OverrideThrowableToString") // which may fail in another way
          public String toString() {
            throw new IllegalStateException();
          }

          @Override
          public StackTraceElement[] getStackTrace() {
            return null;
          }

          @Override
          public synchronized Throwable getCause() {
            throw new IllegalStateException();
          }
        };
    assertThat(printed(new ExceptionGroup("odd", List.of(odd, io))))
        .contains("| <unprintable ", "| java.io.FileNotFoundException: io");
  }
}
