package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import org.junit.jupiter.api.Test;

class StopCheckWeaverTest {
  /// What a class of an input looks like.
  static final class Input {
    private Input() {}

    static int count(int n) {
      int sum = 0;
      for (int i = 0; i < n; i++) {
        sum += i;
      }
      return sum;
    }
  }

  @Test
  void check_first_isInTheFirstLine() {
    byte[] woven =
        StopCheckWeaver.weave(SnippetClasses.bytesOf(Input.class), StopCheck.class, ClassFile.of());
    for (var method : ClassFile.of().parse(woven).methods()) {
      boolean hasLine = false;
      CodeElement first = null;
      for (CodeElement element : method.code().orElseThrow()) {
        hasLine |= first == null && element instanceof LineNumber;
        first = first == null && element instanceof Instruction ? element : first;
      }
      assertThat(hasLine).as(method.methodName().stringValue()).isTrue();
      assertThat(first)
          .isInstanceOfSatisfying(
              InvokeInstruction.class,
              call -> assertThat(call.name().equalsString("check")).isTrue());
    }
  }
}
