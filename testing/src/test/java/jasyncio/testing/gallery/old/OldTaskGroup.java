package jasyncio.testing.gallery.old;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.currentTask;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.Action;
import jasyncio.CancelledError;
import jasyncio.Future;
import jasyncio.GatherOption;
import jasyncio.Task;
import jasyncio.testing.TestScope;
import jasyncio.testing.gallery.Exhibit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The end of a `TaskGroup` as it was until asyncio 3.15 was followed: after `cancel()` whatever
/// cancellation came while it waited for its tasks was taken for its own.
public final class OldTaskGroup {
  /// A cancellation from outside is lost.
  public static final Exhibit CANCELLATION =
      Exhibit.faithful(
          "TaskGroup: cancellation after cancel()",
          scope ->
              cancelledGroup(
                  scope,
                  () ->
                      new Old()
                          .run(group -> {
                            group.createTask(OldTaskGroup::worksAndCleansUp);
                            sleep(1);
                            group.cancel();
                          })),
          scope ->
              cancelledGroup(
                  scope,
                  () ->
                      taskGroup(group -> {
                        group.createTask(OldTaskGroup::worksAndCleansUp);
                        sleep(1);
                        group.cancel();
                      })));

  private OldTaskGroup() {}

  private static final class Old {
    private final List<Task<?>> tasks = new ArrayList<>();
    private @Nullable Task<?> parent;
    private @Nullable Future<Boolean> allDone;
    private boolean aborting;
    private boolean parentCancelRequested;

    void run(Consumer<Old> body) {
      parent = Objects.requireNonNull(currentTask());
      CancelledError cancellation = null;
      try {
        body.accept(this);
      } catch (CancelledError e) {
        cancellation = e;
        abort();
      }
      cancellation = waitForTasks(cancellation);
      if (parentCancelRequested && parent.uncancel() == 0) {
        return;
      }
      if (cancellation != null) {
        throw cancellation;
      }
    }

    void createTask(Action<?> body) {
      var task = jasyncio.Asyncio.createTask(body, "child");
      tasks.add(task);
      task.addDoneCallback(_ -> {
        tasks.remove(task);
        if (tasks.isEmpty() && allDone != null && !allDone.done()) {
          allDone.setResult(true);
        }
      });
    }

    void cancel() {
      abort();
      parentCancelRequested = true;
      Objects.requireNonNull(parent).cancel();
    }

    private void abort() {
      aborting = true;
      tasks.forEach(Task::cancel);
    }

    private @Nullable CancelledError waitForTasks(@Nullable CancelledError before) {
      var cancellation = before;
      while (!tasks.isEmpty()) {
        allDone = getRunningLoop().createFuture();
        try {
          await(allDone);
        } catch (CancelledError e) {
          if (!aborting) {
            cancellation = e;
            abort();
          }
        }
      }
      return cancellation;
    }
  }

  private static void worksAndCleansUp() {
    try {
      sleep(10);
    } finally {
      sleep(0.5);
    }
  }

  private static void cancelledGroup(TestScope scope, Action<?> group) {
    var parent = scope.mayBeCancelled(createTask(group, "parent"));
    await(gather(GatherOption.RETURN_EXCEPTIONS, List.of(parent)));
    assertThat(parent.cancelled()).isEqualTo(parent.cancelling() > 0);
  }
}
