package jasyncio.cli;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.util.HashSet;
import java.util.Set;

/// Adds a call of [StopCheck] to the beginning of each method and in front of each jump back.
final class StopCheckWeaver implements CodeTransform {
  private static final ClassDesc CHECK = ClassDesc.of(StopCheck.class.getName());

  private final Set<Label> passed = new HashSet<>();

  private StopCheckWeaver() {}

  static byte[] weave(byte[] classFile) {
    ClassFile format = ClassFile.of();
    return format.transformClass(
        format.parse(classFile),
        ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(StopCheckWeaver::new)));
  }

  @Override
  public void atStart(CodeBuilder code) {
    check(code);
  }

  @Override
  public void accept(CodeBuilder code, CodeElement element) {
    if (element instanceof LabelTarget target) {
      passed.add(target.label());
    } else if (element instanceof BranchInstruction jump && passed.contains(jump.target())) {
      check(code);
    }
    code.with(element);
  }

  private static void check(CodeBuilder code) {
    code.invokestatic(CHECK, "check", ConstantDescs.MTD_void);
  }
}
