package jasyncio.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentionTest {
  private static List<StackTraceElement> stack(String classes) {
    return Stream.of(classes.split(" "))
        .map(name -> new StackTraceElement(name, "method", "File.java", 1))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.util.logging.Level java.util.logging.SimpleFormatter com.example.Service",
        "java.util.concurrent.locks.LockSupport java.util.concurrent.locks.ReentrantLock"
            + " com.sun.net.httpserver.spi.HttpServerProvider com.example.Service",
        "java.util.concurrent.locks.LockSupport java.util.concurrent.locks.ReentrantLock"
            + " jdk.internal.misc.InternalLock java.io.PrintStream com.example.Service"
      })
  void lockOfTheJdk_isContention(String classes) {
    assertThat(Contention.isOn(stack(classes))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.lang.Thread com.example.Service",
        "java.lang.VirtualThread java.lang.Thread com.example.Service",
        "java.lang.Object com.example.Service",
        "java.util.concurrent.locks.LockSupport com.example.Service",
        "java.util.concurrent.locks.LockSupport java.util.concurrent.locks.ReentrantLock"
            + " com.example.Service",
        "java.util.concurrent.locks.LockSupport java.util.concurrent.CountDownLatch"
            + " com.example.Service",
        "sun.nio.ch.NioSocketImpl java.net.Socket com.example.Service",
        "com.example.Service com.example.Main"
      })
  void blockingCall_isNone(String classes) {
    assertThat(Contention.isOn(stack(classes))).isFalse();
  }
}
