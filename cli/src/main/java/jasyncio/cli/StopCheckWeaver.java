package jasyncio.cli;

import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Adds a call of a check, [StopCheck] or its like, to the beginning of each method and in front of
/// each jump back.
final class StopCheckWeaver implements CodeTransform {
  private final ClassDesc check;
  private final Set<Label> passed = new HashSet<>();
  private boolean begun; // an instruction or its line has come

  private StopCheckWeaver(ClassDesc check) {
    this.check = check;
  }

  /// @param check the class with the method `check()`
  static byte[] weave(byte[] classFile, Class<?> check, ClassFile format) {
    ClassDesc type = ClassDesc.of(check.getName());
    return format.transformClass(
        format.parse(classFile),
        ClassTransform.transformingMethodBodies(
            CodeTransform.ofStateful(() -> new StopCheckWeaver(type))));
  }

  /// How class files are read and written whose code uses types that only this class path has, or
  /// these classes.
  ///
  /// @param resources finds class files by their names
  static ClassFile format(Function<String, @Nullable InputStream> resources) {
    return ClassFile.of(
        ClassFile.ClassHierarchyResolverOption.of(
            ClassHierarchyResolver.ofResourceParsing(
                    type -> {
                      String name = type.descriptorString();
                      return resources.apply(name.substring(1, name.length() - 1) + ".class");
                    })
                .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  /// The first check is in the first line, so that what is thrown there has a place.
  @Override
  public void accept(CodeBuilder code, CodeElement element) {
    if (!begun && element instanceof LineNumber) {
      begun = true;
      code.with(element);
      addCheck(code);
      return;
    } else if (!begun && element instanceof Instruction) {
      begun = true;
      addCheck(code);
    }
    if (element instanceof LabelTarget target) {
      passed.add(target.label());
    } else if (element instanceof BranchInstruction jump && passed.contains(jump.target())) {
      addCheck(code);
    }
    code.with(element);
  }

  private void addCheck(CodeBuilder code) {
    code.invokestatic(check, "check", ConstantDescs.MTD_void);
  }
}
