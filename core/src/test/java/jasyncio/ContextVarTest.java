package jasyncio;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.copyContext;
import static jasyncio.Asyncio.coroutine;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.lowlevel.Lowlevel;
import jasyncio.testing.AsyncTest;
import jasyncio.testing.AsyncTests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class ContextVarTest {
  private final ContextVar<String> variable = ContextVar.of("variable");
  private final List<String> seen = new ArrayList<>();

  @Test
  void get_withoutAValue_fallsBackOrFails() {
    assertThatIllegalStateException()
        .isThrownBy(variable::get)
        .withMessage(
            "context variable 'variable' has no value here and no default; set it, or use"
                + " get(fallback)");
    assertThat(variable.get("fallback")).isEqualTo("fallback");
    assertThat(ContextVar.of("other", "default").get()).isEqualTo("default");
    assertThat(ContextVar.of("other", "default").get("fallback")).isEqualTo("fallback");
    assertThat(variable).hasToString("<ContextVar name='variable'>");
    assertThat(variable.name()).isEqualTo("variable");
  }

  @Test
  void reset_ofAUsedToken_saysSoFirst() {
    var other = ContextVar.<String>of("other");
    var token = variable.set("value");
    variable.reset(token);
    assertThatIllegalStateException().isThrownBy(() -> other.reset(token));
    copyContext()
        .run(() -> {
          assertThatIllegalStateException()
              .isThrownBy(() -> variable.reset(token))
              .withMessage("the token has already been used once");
        });
  }

  @Test
  void set_andReset_restoreWhatWasThere() {
    copyContext()
        .run(() -> {
          var first = variable.set("a");
          var second = variable.set("b");
          assertThat(first.oldValue()).isNull();
          assertThat(second.oldValue()).isEqualTo("a");
          assertThat(second.var()).isSameAs(variable);
          variable.reset(second);
          assertThat(variable.get()).isEqualTo("a");
          variable.reset(first);
          assertThat(variable.get("none")).isEqualTo("none");
        });
  }

  @Test
  void token_inATryStatement_resets() {
    copyContext()
        .run(() -> {
          try (var token = variable.set("inside")) {
            assertThat(variable.get()).isEqualTo("inside");
          }
          assertThat(variable.get("none")).isEqualTo("none");
        });
  }

  @Test
  void token_usedWrongly_isAnError() {
    copyContext()
        .run(() -> {
          var token = variable.set("a");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> ContextVar.<String>of("other").reset(token))
              .withMessage("the token was created by a different ContextVar");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> copyContext().run(() -> variable.reset(token)))
              .withMessage("the token was created in a different Context");
          variable.reset(token);
          assertThatIllegalStateException()
              .isThrownBy(() -> variable.reset(token))
              .withMessage("the token has already been used once");
        });
  }

  @Test
  void context_isEnteredOnceAtATime() {
    var context = new Context();
    context.run(() -> {
      assertThatIllegalStateException()
          .isThrownBy(() -> context.run(() -> 1))
          .withMessageStartingWith("cannot enter context: ")
          .withMessageEndingWith(" is already entered");
    });
    int again = context.run(() -> 1);
    assertThat(again).isEqualTo(1);
  }

  @Test
  void context_keepsWhatIsSetInside() {
    var context = copyContext();
    context.run(() -> variable.set("kept"));
    assertThat(context.get(variable)).isEqualTo("kept");
    assertThat(context.contains(variable)).isTrue();
    assertThat(context.size()).isEqualTo(1);
    assertThat(variable.get("none")).isEqualTo("none");
    var copy = context.copy();
    copy.run(() -> variable.set("changed"));
    assertThat(context.get(variable)).isEqualTo("kept");
  }

  @AsyncTest
  void task_hasACopyTakenAtItsCreation() {
    variable.set("outer");
    var task =
        createTask(() -> {
          var before = variable.get();
          variable.set("inner");
          sleep(0);
          return List.of(before, variable.get());
        });
    variable.set("changed later");
    assertThat(await(task)).containsExactly("outer", "inner");
    assertThat(variable.get()).isEqualTo("changed later");
    assertThat(task.getContext().get(variable)).isEqualTo("inner");
  }

  @AsyncTest
  void coroutine_awaitedDirectly_sharesTheContext() {
    await(coroutine(() -> variable.set("by the coroutine")));
    assertThat(variable.get()).isEqualTo("by the coroutine");
  }

  @Test
  void coroutine_drivenByHandWithoutALoop_sharesTheContext() {
    new Context()
        .run(() -> {
          variable.set("outer");
          var inner =
              Lowlevel.coroutine(
                  "inner",
                  () -> {
                    seen.add(variable.get());
                    variable.set("inner");
                    new Context().run(() -> seen.add(variable.get("none")));
                    Lowlevel.suspend(null);
                    seen.add(variable.get());
                  });
          var outer =
              Lowlevel.coroutine(
                  "outer",
                  () -> {
                    inner.send(null);
                    Lowlevel.suspend(null);
                    assertThatThrownBy(() -> inner.send(null)).isInstanceOf(StopIteration.class);
                  });
          outer.send(null);
          assertThat(variable.get()).isEqualTo("inner");
          variable.set("between");
          assertThatThrownBy(() -> outer.send(null)).isInstanceOf(StopIteration.class);
        });
    assertThat(variable.get("none")).isEqualTo("none");
    assertThat(seen).containsExactly("outer", "none", "between");
  }

  @AsyncTest
  void context_givenToATask_isShared() {
    var context = new Context();
    var options = TaskOptions.defaults().context(context);
    await(createTask(() -> variable.set("first"), options));
    assertThat(await(createTask(() -> variable.get(), options))).isEqualTo("first");
    assertThat(context.get(variable)).isEqualTo("first");
    assertThat(variable.get("none")).isEqualTo("none");
  }

  @Test
  void callback_hasTheContextOfItsScheduling() {
    AsyncTests.run(() -> {
      var loop = getRunningLoop();
      try (var token = variable.set("when scheduled")) {
        loop.callSoon(() -> {
          seen.add(variable.get());
          variable.set("lost");
        });
        loop.callLater(0, () -> seen.add(variable.get()));
        loop.callSoonThreadsafe(() -> seen.add(variable.get()));
      }
      var own = new Context();
      own.run(() -> variable.set("own"));
      loop.callSoon(() -> seen.add(variable.get()), own);
      sleep(0.001);
      assertThat(variable.get("none")).isEqualTo("none");
    });
    assertThat(seen).containsOnly("when scheduled", "own").hasSize(4);
  }

  @AsyncTest
  void values_surviveSwitchesBetweenTasks() {
    var tasks = new ArrayList<Task<Boolean>>();
    for (int i = 0; i < 50; i++) {
      var value = "value " + i;
      tasks.add(
          createTask(() -> {
            variable.set(value);
            boolean same = true;
            for (int k = 0; k < 10; k++) {
              sleep(0);
              same &= variable.get().equals(value);
            }
            return same;
          }));
    }
    assertThat(await(Asyncio.gather(tasks))).containsOnly(true);
  }

  @Test
  void manyVariables_areKeptApart() {
    copyContext()
        .run(() -> {
          var variables = new ArrayList<ContextVar<Integer>>();
          var tokens = new ArrayList<Token<Integer>>();
          for (int i = 0; i < 100; i++) {
            variables.add(ContextVar.of("v" + i));
            tokens.add(variables.get(i).set(i));
          }
          for (int i = 0; i < 100; i += 2) {
            variables.get(i).reset(tokens.get(i));
          }
          for (int i = 0; i < 100; i++) {
            assertThat(variables.get(i).get(-1)).isEqualTo(i % 2 == 0 ? -1 : i);
          }
        });
  }
}
