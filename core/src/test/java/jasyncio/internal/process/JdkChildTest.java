package jasyncio.internal.process;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JdkChildTest {
  /// A process that signals do not reach, and that has not been told of its end.
  private static JdkChild child(boolean alive) {
    var handle =
        (ProcessHandle)
            Proxy.newProxyInstance(
                JdkChildTest.class.getClassLoader(),
                new Class<?>[] {ProcessHandle.class},
                (_, method, _) ->
                    switch (method.getName()) {
                      case "destroy", "destroyForcibly" -> false;
                      case "isAlive" -> alive;
                      default -> throw new AssertionError(method);
                    });
    return new JdkChild(new Unreachable(handle));
  }

  private static final class Unreachable extends Process {
    private final ProcessHandle handle;

    Unreachable(ProcessHandle handle) {
      this.handle = handle;
    }

    @Override
    public ProcessHandle toHandle() {
      return handle;
    }

    @Override
    public boolean isAlive() {
      return true;
    }

    @Override
    public long pid() {
      return 4711;
    }

    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream getInputStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public InputStream getErrorStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public int waitFor() {
      throw new AssertionError("nobody waits for it");
    }

    @Override
    public int exitValue() {
      throw new IllegalThreadStateException("it runs");
    }

    @Override
    public void destroy() {
      throw new AssertionError("would close the streams");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {SignalNumbers.TERM, SignalNumbers.KILL})
  void signal_toOneThatIsGone_thoughTheJdkHasNotSaidSo_isToNobody(int number) {
    assertThatCode(() -> child(false).signal(number)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(ints = {SignalNumbers.TERM, SignalNumbers.KILL})
  void signal_toOneThatIsNotOurs_saysSo(int number) {
    assertThatIllegalStateException()
        .isThrownBy(() -> child(true).signal(number))
        .withMessage("cannot send signal " + number + " to process 4711");
  }
}
