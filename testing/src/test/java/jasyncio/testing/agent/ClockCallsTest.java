package jasyncio.testing.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the agent makes of class files.
class ClockCallsTest {
  /// With constants of many kinds.
  static final class Clocks {
    static final double DOUBLE = 1.5;

    static long nanos() {
      return System.nanoTime() + 123_456_789_012L;
    }

    static double millis() {
      Runnable gc = System::gc;
      gc.run();
      return System.currentTimeMillis() * DOUBLE;
    }
  }

  private static byte[] classFile(Class<?> type) throws IOException {
    try (var file = ClassLoader.getSystemResourceAsStream(Hook.internalName(type) + ".class")) {
      return file.readAllBytes();
    }
  }

  private static ClassModel parsed(byte[] classFile) {
    return ClassFile.of().parse(classFile);
  }

  private static List<String> calls(byte[] classFile) {
    return parsed(classFile).methods().stream()
        .flatMap(method -> method.code().stream())
        .flatMap(code -> code.elementStream())
        .filter(InvokeInstruction.class::isInstance)
        .map(InvokeInstruction.class::cast)
        .map(call -> call.owner().asInternalName() + "." + call.name())
        .toList();
  }

  @Test
  void clocks_goToTheHook_andNothingElseDoes() throws IOException {
    var before = classFile(Clocks.class);
    var after = ClockCalls.redirected(before);
    assertThat(calls(before)).contains("java/lang/System.nanoTime");
    assertThat(calls(after))
        .containsExactlyElementsOf(
            calls(before).stream()
                .map(call ->
                    call.replaceFirst("java/lang/System.(?=nano|currentT)", Hook.NAME + "."))
                .toList())
        .contains(Hook.NAME + ".nanoTime", Hook.NAME + ".currentTimeMillis");
    assertThat(ClassFile.of().verify(after)).isEmpty();
  }

  @Test
  void classWithoutClocks_isLeft() throws IOException {
    var before = classFile(ClockCalls.class);
    assertThat(ClockCalls.redirected(before)).isSameAs(before);
  }

  @Test
  void hook_isAClassLikeOthers() {
    assertThat(ClassFile.of().verify(Hook.classFile())).isEmpty();
  }

  @Test
  void virtualThread_ofThisJdk_canBeRewritten() throws Exception {
    var before = classFile(Class.forName("java.lang.VirtualThread"));
    var after = VirtualThreadCode.rewritten(before);
    assertThat(ClassFile.of().verify(after)).isEmpty();
    assertThat(calls(after))
        .containsOnlyOnce(Hook.NAME + ".schedule")
        .contains(Hook.NAME + ".pinned");
  }

  @Test
  void virtualThread_ofAnotherJdk_isSaidToBeOne() throws IOException {
    var model = parsed(classFile(Clocks.class));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> VirtualThreadCode.check(model))
        .withMessageMatching("its jasyncio/testing/agent/ClockCallsTest\\$Clocks has no \\w+.*");
  }
}
