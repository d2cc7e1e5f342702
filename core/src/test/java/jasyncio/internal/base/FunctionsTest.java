package jasyncio.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FunctionsTest {
  private static final Set<String> TAKERS =
      Set.of("callSoon", "callSoonThreadsafe", "callLater", "callAt", "addDoneCallback");

  @Test
  void lambda_ofAProgram_isNamedByItsClass() {
    Runnable lambda = () -> {};
    assertThat(Functions.name(lambda.getClass())).isEqualTo("FunctionsTest.<lambda>");
  }

  @Test
  void names_ofOurs_areForClassesThatThereAre() {
    assertThat(Functions.OURS.keySet()).isNotEmpty().allMatch(Frames::areOurs);
  }

  @Test
  void classesNobodyKnows_thatGiveCallbacksToTheLoop_sayWhatTheseAreFor() throws Exception {
    var nameless = new TreeSet<String>();
    var folder = Path.of(Functions.class.getResource("/jasyncio/Task.class").toURI()).getParent();
    try (var files = Files.newDirectoryStream(folder, "*.class")) {
      for (var file : files) {
        var type = ClassFile.of().parse(file);
        var name = type.thisClass().asInternalName().replace('/', '.');
        var outermost =
            Class.forName(name.replaceFirst("\\$.*", ""), false, Functions.class.getClassLoader());
        if (!Modifier.isPublic(outermost.getModifiers()) && givesCallbacks(type)) {
          nameless.add(outermost.getName());
        }
      }
    }
    assertThat(nameless).isNotEmpty().isSubsetOf(Functions.OURS.keySet());
  }

  /// Whether a method makes a lambda, and calls what takes callbacks.
  private static boolean givesCallbacks(ClassModel type) {
    return type.methods().stream()
        .flatMap(method -> method.code().stream())
        .anyMatch(code -> {
          var instructions = code.elementList();
          return instructions.stream().anyMatch(each -> each instanceof InvokeDynamicInstruction)
              && instructions.stream()
                  .anyMatch(each ->
                      each instanceof InvokeInstruction call
                          && TAKERS.contains(call.name().stringValue()));
        });
  }
}
