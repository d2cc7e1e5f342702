package jasyncio.util;

import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.GeneratorExit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class ExitStackTest {
  private final List<Object> seen = new ArrayList<>();
  private final IOException problem = new IOException("problem");

  /// An exit that lets the error go on.
  private boolean note(Object what) {
    seen.add(what);
    return false;
  }

  private static void raise(Throwable e) throws Exception {
    if (e instanceof Exception x) {
      throw x;
    }
    throw (Error) e;
  }

  @Test
  void exits_runInReverseOrder() throws Exception {
    run(() -> {
      var value =
          ExitStack.call(stack -> {
            stack.callback(() -> seen.add("callback"));
            stack.push(error -> note("exit " + error));
            AutoCloseable resource = stack.enter(() -> seen.add("resource"));
            assertThat(resource).isNotNull();
            assertThat(stack.enter(logged())).isEqualTo("value");
            sleep(0);
            return 1;
          });
      assertThat(value).isEqualTo(1);
    });
    assertThat(seen)
        .containsExactly("opens", "goes on", "closes", "resource", "exit null", "callback");
  }

  private ContextManager<String, RuntimeException> logged() {
    return ContextManager.of(scope -> {
      seen.add("opens");
      try {
        scope.yield("value");
        seen.add("goes on");
      } catch (Throwable e) {
        seen.add(e);
        throw e;
      } finally {
        seen.add("closes");
      }
    });
  }

  @Test
  void exit_seesTheBodysErrorAndMaySwallowIt() throws Exception {
    assertThatThrownBy(() ->
            ExitStack.run(stack -> {
              stack.push(error -> note(error));
              throw problem;
            }))
        .isSameAs(problem);
    assertThat(seen).containsExactly(problem);
    run(() -> {
      var value =
          ExitStack.call(stack -> {
            stack.push(error -> seen.add(String.valueOf(error)));
            stack.push(error -> true);
            throw problem;
          });
      assertThat(value).isNull();
    });
    assertThat(seen).containsExactly(problem, "null");
  }

  @Test
  void errorOfWhatSeesNone_isSuppressedByTheFirst() {
    var second = new IllegalStateException("second");
    var third = new IllegalStateException("third");
    assertThatThrownBy(() ->
            ExitStack.run(stack -> {
              stack.callback(() -> raise(third));
              stack.enter((AutoCloseable) () -> raise(second));
              throw problem;
            }))
        .isSameAs(problem)
        .hasSuppressedException(second)
        .hasSuppressedException(third);
  }

  @Test
  void errorOfWhatSeesIt_replacesIt() {
    var second = new IllegalStateException("second");
    assertThatThrownBy(() ->
            ExitStack.run(stack -> {
              stack.callback(() -> seen.add("closed nevertheless"));
              stack.push(error -> {
                throw second;
              });
              throw problem;
            }))
        .isSameAs(second)
        .hasSuppressedException(problem);
    assertThat(seen).containsExactly("closed nevertheless");
  }

  @Test
  void cancellation_isAlwaysTheOneThatGoesOn() {
    var cancellation = new CancelledError();
    assertThatThrownBy(() ->
            ExitStack.run(stack -> {
              stack.push(error -> {
                throw new IllegalStateException("later");
              });
              stack.callback(() -> raise(cancellation));
              throw problem;
            }))
        .isSameAs(cancellation);
    assertThat(cancellation.getSuppressed()).hasSize(2).startsWith(problem);
  }

  @Test
  void close_withoutFinish_commitsNothing() throws Exception {
    run(() -> {
      try (var stack = new ExitStack()) {
        stack.push(error -> note(error));
        stack.enter(logged());
      }
    });
    assertThat(seen).hasSize(4).startsWith("opens").element(2).isEqualTo("closes");
    assertThat(seen.get(1)).isInstanceOf(GeneratorExit.class).isSameAs(seen.get(3));
  }

  @Test
  void close_throwsWhatAnExitThrows() {
    assertThatThrownBy(
            () -> {
              try (var stack = new ExitStack()) {
                stack.push(error -> note("closed nevertheless"));
                stack.callback(() -> raise(problem));
              }
            })
        .isSameAs(problem);
    assertThat(seen).containsExactly("closed nevertheless");
  }

  @Test
  void finish_isAGoodEnd() throws Exception {
    run(() -> {
      try (var stack = new ExitStack()) {
        stack.enter(logged());
        stack.finish();
      }
    });
    assertThat(seen).containsExactly("opens", "goes on", "closes");
  }

  @Test
  void popAll_keepsWhatWasOpened() throws Exception {
    ExitStack kept =
        ExitStack.call(stack -> {
          stack.callback(() -> seen.add("closed"));
          return stack.popAll();
        });
    assertThat(seen).isEmpty();
    kept.finish();
    kept.close();
    assertThat(seen).containsExactly("closed");
  }
}
