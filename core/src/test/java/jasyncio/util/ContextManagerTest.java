package jasyncio.util;

import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.ExceptionGroup;
import jasyncio.GeneratorExit;
import jasyncio.TaskGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class ContextManagerTest {
  private final List<Object> seen = new ArrayList<>();
  private final IOException problem = new IOException("problem");
  private final ContextManager<String, RuntimeException> logged =
      ContextManager.of(scope -> {
        sleep(0);
        seen.add("opens");
        try {
          scope.yield("value");
          seen.add("goes on");
        } catch (Throwable e) {
          seen.add(e);
          throw e;
        } finally {
          sleep(0);
          seen.add("closes");
        }
      });

  @Test
  void run_opensUsesAndCloses_asOftenAsOneLikes() {
    run(() -> {
      logged.run(seen::add);
      int length =
          logged.call(value -> {
            sleep(0);
            return value.length();
          });
      assertThat(length).isEqualTo(5);
    });
    assertThat(seen)
        .containsExactly("opens", "value", "goes on", "closes", "opens", "goes on", "closes");
  }

  @Test
  void errorOfTheBody_isSeenByTheMethodAndAnnounced() {
    run(() -> {
      try {
        logged.run(value -> {
          throw problem;
        });
      } catch (IOException e) { // the compiler asks for it
        assertThat(e).isSameAs(problem);
      }
    });
    assertThat(seen).containsExactly("opens", problem, "closes");
  }

  @Test
  void errorOfTheBody_mayBeSwallowed() throws Exception {
    var swallowing =
        ContextManager.<Integer, RuntimeException>of(scope -> {
          try {
            scope.yield(1);
          } catch (Exception e) {
            seen.add(e);
          }
        });
    String none =
        swallowing.<String, IOException>call(value -> {
          throw problem;
        });
    assertThat(none).isNull();
    assertThat(seen).containsExactly(problem);
  }

  @Test
  void methodThatYieldsNotOnce_isAnError() {
    ContextManager<Integer, RuntimeException> never = ContextManager.of(scope -> {});
    ContextManager<Integer, RuntimeException> twice =
        ContextManager.of(scope -> {
          scope.yield(1);
          scope.yield(2);
        });
    run(() -> {
      assertThatThrownBy(() -> never.run(seen::add))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageEndingWith("without a call of yield()");
      assertThatThrownBy(never::enter).hasMessageEndingWith("without a call of yield()");
      assertThatThrownBy(() -> twice.run(seen::add)).hasMessageEndingWith("a second time");
      var entered = twice.enter();
      assertThatThrownBy(entered::finish).hasMessageEndingWith("a second time");
    });
    assertThat(seen).containsExactly(1);
  }

  @Test
  void groupAroundTheBody_isThatOfTheCaller() {
    ContextManager<TaskGroup, RuntimeException> group =
        ContextManager.of(scope -> taskGroup(scope::yield));
    run(() -> {
      var task = currentTask();
      group.run(tg -> {
        assertThat(currentTask()).isSameAs(task);
        tg.createTask(() -> seen.add("child"));
      });
      assertThatThrownBy(() ->
              group.run(tg -> {
                tg.createTask(() -> {
                  throw problem;
                });
                sleep(100);
              }))
          .isInstanceOf(ExceptionGroup.class)
          .hasCause(problem);
    });
    assertThat(seen).containsExactly("child");
  }

  @Test
  void entered_andFinished_goesOn() {
    run(() -> {
      try (var entered = logged.enter()) {
        seen.add(entered.value());
        entered.finish();
      }
    });
    assertThat(seen).containsExactly("opens", "value", "goes on", "closes");
  }

  @Test
  void entered_andNotFinished_isClosed() {
    run(() ->
        assertThatThrownBy(
                () -> {
                  try (var _ = logged.enter()) {
                    throw problem;
                  }
                })
            .isSameAs(problem));
    assertThat(seen).hasSize(3).startsWith("opens").endsWith("closes");
    assertThat(seen.get(1)).isInstanceOf(GeneratorExit.class);
  }
}
