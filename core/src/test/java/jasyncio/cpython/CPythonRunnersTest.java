package jasyncio.cpython;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.Asyncio;
import jasyncio.Awaitable;
import jasyncio.CancelledError;
import jasyncio.Runner;
import jasyncio.generator.Generators;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What CPython's test_runners.py and test_threads.py assert and nothing else here does.
@Timeout(600)
class CPythonRunnersTest {
  private final List<Object> order = new ArrayList<>();

  // CPython: test_runners.RunTests.test_asyncio_run_closes_gens_after_hanging_tasks_errors
  @Test
  void run_closesGenerators_afterTasksThatFailWhenTheyAreCancelled() {
    assertThatThrownBy(() ->
            run(() -> {
              getRunningLoop().setExceptionHandler((l, error) -> order.add(error.message()));
              createTask(() -> {
                var generator =
                    Generators.<Integer>asyncGenerator(g -> {
                      try {
                        while (true) {
                          g.yield(1);
                        }
                      } finally {
                        order.add("generator closed");
                      }
                    });
                try {
                  for (int _ : generator) {
                    sleep(0);
                  }
                } catch (CancelledError e) {
                  throw new IllegalStateException("division by zero");
                }
              });
              sleep(0);
              throw new IOException("fancy exit");
            }))
        .isInstanceOf(IOException.class);
    assertThat(order)
        .containsExactly("unhandled exception during asyncio.run() shutdown", "generator closed");
  }

  // CPython: test_runners.RunnerTests.test_run_future, test_run_awaitable (as from 3.14 on)
  @Test
  void runner_takesAnyAwaitable() throws Exception {
    try (var runner = new Runner()) {
      var future = runner.getLoop().<Integer>createFuture();
      future.setResult(1);
      assertThat(runner.run(future)).isEqualTo(1);
      Awaitable<Integer, ?> own = () -> 2;
      assertThat(runner.run(own)).isEqualTo(2);
    }
  }

  /// Counts how often it is described.
  private static final class Described {
    private int times;

    @Override
    public String toString() {
      times++;
      return "described";
    }
  }

  // CPython: test_runners.RunnerTests.test_no_repr_is_call_on_the_task_result
  @Test
  void runner_doesNotDescribeTheResult() {
    try (var runner = new Runner()) {
      assertThat(runner.run(() -> new Described()).times).isZero();
    }
  }

  // CPython: test_threads.ToThreadTests.test_to_thread_once, test_to_thread_concurrent
  @Test
  void toThread_callsOnceEach() {
    var calls = new AtomicInteger();
    run(() -> {
      toThread(() -> calls.incrementAndGet());
      assertThat(calls).hasValue(1);
      var all = new ArrayList<Awaitable<Integer, ?>>();
      for (int i = 0; i < 10; i++) {
        all.add(() -> toThread(() -> calls.incrementAndGet()));
      }
      Asyncio.gather(all).await();
      assertThat(calls).hasValue(11);
    });
  }
}
