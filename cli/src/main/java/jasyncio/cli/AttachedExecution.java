package jasyncio.cli;

import java.util.Map;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionEnv;
import org.jspecify.annotations.Nullable;

/// How JShell has inputs run in another program.
final class AttachedExecution implements InputExecution, ExecutionControl {
  private final AttachedLoop loop;
  private final AttachedClasses classes;
  private final int limit; // see ValueText
  private final InputFailure failure = new InputFailure();

  AttachedExecution(AttachedLoop loop, AttachedClasses classes, int limit) {
    this.loop = loop;
    this.classes = classes;
    this.limit = limit;
  }

  @Override
  public @Nullable Throwable takeError() {
    return failure.take();
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

  @Override
  public void load(ClassBytecodes[] added) throws EngineTerminationException {
    try {
      loop.load(classes.add(added));
    } catch (ReplLoop.Ended e) {
      throw new EngineTerminationException(e.getMessage());
    }
  }

  /// JShell makes a new class in its place.
  @Override
  public void redefine(ClassBytecodes[] changed) throws NotImplementedException {
    throw new NotImplementedException("redefine");
  }

  @Override
  public String invoke(String className, String methodName)
      throws RunException, EngineTerminationException {
    failure.forget();
    try {
      String outcome = loop.run(AttachedInput.argument(className, methodName, limit));
      String rest = outcome.substring(1);
      return switch (outcome.charAt(0)) {
        case AttachedInput.VALUE -> rest;
        case AttachedInput.UNRESOLVED ->
            throw new ResolutionException(Integer.parseInt(rest), new StackTraceElement[0]);
        default -> throw PackedError.unpack(rest);
      };
    } catch (RunException e) {
      throw e;
    } catch (ReplLoop.Ended e) {
      throw new EngineTerminationException(e.getMessage());
    } catch (Throwable e) {
      throw failure.keep(e);
    }
  }

  @Override
  public String varValue(String className, String varName) throws InternalException {
    throw new NotImplementedException("varValue");
  }

  /// It is compiled against from the beginning.
  @Override
  public void addToClasspath(String path) {}

  @Override
  public void stop() {
    loop.interrupt();
  }

  @Override
  public Object extensionCommand(String command, Object argument) throws InternalException {
    throw new NotImplementedException(command);
  }

  @Override
  public void close() {}
}
