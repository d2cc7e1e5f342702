package jasyncio.cli;

import java.util.Map;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionEnv;
import org.jspecify.annotations.Nullable;

/// How JShell has inputs run in another program.
final class AttachedExecution implements InputExecution, ExecutionControl {
  private final AttachedLoop loop;
  private final AttachedClasses classes;
  private volatile @Nullable Throwable error; // of the last call

  AttachedExecution(AttachedLoop loop, AttachedClasses classes) {
    this.loop = loop;
    this.classes = classes;
  }

  @Override
  public @Nullable Throwable takeError() {
    Throwable taken = error;
    error = null;
    return taken;
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
    error = null;
    try {
      String outcome = loop.run(className + "." + methodName);
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
      error = e;
      throw e instanceof ReplLoop.Interrupted
          ? new StoppedException()
          : new UserException(
              String.valueOf(e.getMessage()), e.getClass().getName(), e.getStackTrace());
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
