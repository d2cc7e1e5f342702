package jasyncio.testing.models;

import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.sleep;

import jasyncio.CancelledError;
import jasyncio.ExceptionGroup;
import jasyncio.Task;
import jasyncio.TaskGroup;
import jasyncio.testing.TestScope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever happens in a group, it ends when all its tasks have, and tells all that failed.
@Tag("slow")
class TaskGroupModelTest {
  private enum Operation {
    YIELD,
    SLEEP,
    CLEAN_UP,
    IGNORE,
    FAIL,
    SPAWN,
    CANCEL_GROUP
  }

  private static final class Boom extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /// The first task's is the body of the group, the others are those in it.
  private static final class Groups extends Model<Operation> {
    private final boolean opened;
    private final Set<Throwable> failures = new HashSet<>();
    private final List<Task<?>> members = new ArrayList<>();
    private TaskGroup group = new TaskGroup();
    private boolean begun;
    private Program<Operation> program = new Program<>(List.of(), Program.NOBODY);
    private @Nullable TestScope scope;
    private boolean ended;
    private boolean groupCancelled;

    Groups(boolean opened) {
      this.opened = opened;
    }

    @Override
    void start(Program<Operation> program, TestScope scope) {
      this.program = program;
      this.scope = scope;
      begun(createTask(this::parent, "parent"), program, scope);
    }

    private void parent() throws Exception {
      begun = true;
      Throwable error = null;
      try {
        if (opened) {
          try (var tg = TaskGroup.open()) {
            group = tg;
            body();
            tg.join();
          }
        } else {
          group.run(_ -> {
            body();
            return true;
          });
        }
      } catch (Throwable e) {
        error = e;
      }
      ended = true;
      for (var member : members) {
        ensure(member.done(), "%s is not done, but the group is", member);
        ensure(
            !member.cancelled()
                || member.cancelling() > 0
                || !failures.isEmpty()
                || groupCancelled
                || parentCancelled(),
            "%s was cancelled, though nobody failed",
            member);
      }
      checkOutcome(error);
      if (error instanceof CancelledError e) {
        throw e;
      }
      sleep(0); // where a cancellation that was put off arrives
    }

    private void checkOutcome(Throwable error) {
      if (error instanceof ExceptionGroup g) {
        ensure(
            new HashSet<>(g.exceptions()).equals(failures),
            "it told %s, and what failed is %s",
            g.exceptions(),
            failures);
      } else if (error instanceof CancelledError) {
        ensure(parentCancelled(), "the group was cancelled, by nobody");
        ensure(opened || failures.isEmpty(), "what failed was not told: %s", failures);
      } else if (opened && error instanceof Boom) {
        ensure(failures.contains(error), "not what failed: %s", error);
      } else {
        ensure(error == null, "not expected: %s", error);
        ensure(failures.isEmpty(), "what failed was not told: %s", failures);
      }
      ensure(
          task(0).cancelling() <= (program.victim() == 0 ? 1 : 0),
          "the group has left a request to cancel");
    }

    private boolean parentCancelled() {
      return task(0).cancelling() > 0;
    }

    private void body() throws Exception {
      for (int i = 1; i < program.tasks().size(); i++) {
        int task = i;
        add(
            () -> {
              for (var operation : program.tasks().get(task)) {
                perform(task, operation);
              }
            },
            "" + i);
      }
      for (var operation : program.tasks().get(0)) {
        perform(0, operation);
      }
    }

    private interface Part {
      void run() throws Exception;
    }

    private void add(Part part, String name) {
      var member = group.createTask(part::run, name);
      members.add(member);
      begun(member, program, Objects.requireNonNull(scope));
    }

    @Override
    void perform(int task, Operation operation) throws Exception {
      ensure(!ended, "task %d runs after the end of its group", task);
      switch (operation) {
        case YIELD -> sleep(0);
        case SLEEP -> sleep(1);
        case CLEAN_UP -> {
          try {
            sleep(1);
          } finally {
            sleep(0);
          }
        }
        case IGNORE -> {
          try {
            sleep(1);
          } catch (CancelledError e) { // which one should not
            Objects.requireNonNull(currentTask()).uncancel();
          }
        }
        case FAIL -> {
          var failure = new Boom();
          failures.add(failure);
          throw failure;
        }
        case SPAWN -> {
          try {
            add(() -> sleep(0), "spawned by " + task);
          } catch (IllegalStateException e) {
            ensure(
                !failures.isEmpty() || groupCancelled || parentCancelled(),
                "no tasks any more: %s",
                e);
          }
        }
        case CANCEL_GROUP -> {
          groupCancelled = true;
          group.cancel();
        }
      }
    }

    /// The parent has looked at the others.
    @Override
    void ensureEndedWell(Task<?> task) {
      if (task == task(0)) {
        super.ensureEndedWell(task);
      }
    }

    @Override
    void end() {
      ensure(ended || !begun, "the group has not ended");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void group_endsWithItsTasks(boolean opened) {
    Model.check(
        opened ? "opened group" : "group",
        Program.draw(30, List.of(Operation.values())),
        () -> new Groups(opened));
  }
}
