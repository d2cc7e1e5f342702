package jasyncio.cli;

import static jasyncio.Asyncio.coroutine;

import jasyncio.internal.base.Sneaky;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionEnv;
import jdk.jshell.spi.SPIResolutionException;
import org.jspecify.annotations.Nullable;

/// How JShell has inputs run here: each as a coroutine on the loop.
final class SnippetExecution extends DirectExecutionControl implements InputExecution {
  private final SnippetClasses classes;
  private final ReplLoop loop;
  private final int limit; // see ValueText
  private final InputFailure failure = new InputFailure();

  SnippetExecution(SnippetClasses classes, ReplLoop loop, int limit) {
    super(classes);
    this.classes = classes;
    this.loop = loop;
    this.limit = limit;
    loop.setBreaker(classes::setStop);
  }

  @Override
  public @Nullable Throwable takeError() {
    return failure.take();
  }

  @Override
  protected String invoke(Method method) throws Exception {
    failure.forget();
    try {
      loop.checkNotInterrupted();
      return loop.run(coroutine("input", () -> call(method)));
    } catch (SPIResolutionException e) {
      throw e;
    } catch (ReplLoop.Ended e) {
      throw new EngineTerminationException(e.getMessage());
    } catch (Throwable e) {
      throw failure.keep(e);
    }
  }

  /// The value's `toString` is the program's code, too.
  private String call(Method method) throws IllegalAccessException {
    try {
      return ValueText.of(method.invoke(null), limit);
    } catch (InvocationTargetException e) {
      throw Sneaky.sneak(Objects.requireNonNull(e.getCause()));
    }
  }

  @Override
  public Map<String, byte[]> classes() {
    return classes.bytes();
  }

  @Override
  public boolean hasEnded() {
    return loop.hasEnded();
  }

  @Override
  public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
    return this;
  }
}
