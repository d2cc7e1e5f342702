package jasyncio.testing.internal.program;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/// Has the classes of a program ask [jasyncio.testing.program.Outside] where they ask the JDK for
/// the time, random numbers, files and sockets.
///
/// Calls are replaced, and references to methods. `new Random()` gets a seed, `new SecureRandom()`
/// is one of a class of ours. What is called by reflection is not seen, nor what the JDK calls
/// itself.
final class Rewriter {
  private static final ClassDesc OUTSIDE = ClassDesc.of("jasyncio.testing.program.Outside");
  private static final ClassDesc SECURE = OUTSIDE.nested("Secure");
  private static final ClassDesc ORDER = ClassDesc.of("jasyncio.testing.program.InOrder");
  private static final DirectMethodHandleDesc IN_ORDER =
      ConstantDescs.ofCallsiteBootstrap(ORDER, "bootstrap", ConstantDescs.CD_CallSite);
  private static final MethodTypeDesc OF_LONG = MethodTypeDesc.ofDescriptor("(J)V");
  private static final MethodTypeDesc GIVES_LONG = MethodTypeDesc.ofDescriptor("()J");
  private static final String SECURE_RANDOM = "java/security/SecureRandom";

  private final ClassFile files;

  /// @param loader of the program's classes
  Rewriter(ClassLoader loader) {
    files =
        ClassFile.of(
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(loader)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  byte[] rewritten(byte[] bytes) {
    var model = files.parse(bytes);
    return files.transformClass(model, ClassTransform.transformingMethodBodies(Rewriter::rewrite));
  }

  private static void rewrite(CodeBuilder code, CodeElement element) {
    switch (element) {
      case InvokeInstruction call -> invoke(code, call);
      case InvokeDynamicInstruction call -> invokeDynamic(code, call);
      case NewObjectInstruction made when made.className().asInternalName().equals(SECURE_RANDOM) ->
          code.new_(SECURE);
      default -> code.with(element);
    }
  }

  private static void invoke(CodeBuilder code, InvokeInstruction call) {
    var owner = call.owner().asInternalName();
    var name = call.name().stringValue();
    var type = call.type().stringValue();
    if (call.opcode() == Opcode.INVOKESTATIC && Calls.isOfChance(owner, name, type)) {
      var site = owner.endsWith("Set") ? "setOf" : "mapOf";
      code.invokedynamic(DynamicCallSiteDesc.of(IN_ORDER, site, call.typeSymbol()));
      return;
    } else if (call.opcode() == Opcode.INVOKESPECIAL && name.equals("<init>")) {
      create(code, call, owner, type);
      return;
    }
    var substitute =
        switch (call.opcode()) {
          case INVOKESTATIC -> Calls.ofStatic(owner, name, type);
          case INVOKEVIRTUAL -> Calls.ofVirtual(owner, name, type);
          default -> null;
        };
    if (substitute == null) {
      code.with(call);
    } else {
      code.invokestatic(
          OUTSIDE, substitute.name(), MethodTypeDesc.ofDescriptor(substitute.descriptor()));
    }
  }

  private static void create(CodeBuilder code, InvokeInstruction call, String owner, String type) {
    boolean plain = type.equals("()V");
    if (plain && (owner.equals("java/util/Random") || owner.equals("java/util/SplittableRandom"))) {
      code.invokestatic(OUTSIDE, "seed", GIVES_LONG);
      code.invokespecial(call.owner().asSymbol(), "<init>", OF_LONG);
    } else if (owner.equals(SECURE_RANDOM)) {
      code.invokespecial(SECURE, "<init>", call.typeSymbol());
    } else {
      code.with(call);
    }
  }

  /// A lambda or a method reference: `System::nanoTime` has the method as a handle.
  private static void invokeDynamic(CodeBuilder code, InvokeDynamicInstruction call) {
    List<ConstantDesc> arguments = call.bootstrapArgs().stream().map(Rewriter::replaced).toList();
    if (arguments.equals(call.bootstrapArgs())) {
      code.with(call);
    } else {
      code.invokedynamic(
          DynamicCallSiteDesc.of(
              call.bootstrapMethod(),
              call.name().stringValue(),
              call.typeSymbol(),
              arguments.toArray(ConstantDesc[]::new)));
    }
  }

  private static ConstantDesc replaced(ConstantDesc argument) {
    if (!(argument instanceof DirectMethodHandleDesc handle)) {
      return argument;
    }
    var owner = handle.owner().descriptorString();
    owner = owner.substring(1, owner.length() - 1);
    var substitute =
        switch (handle.kind()) {
          case STATIC, INTERFACE_STATIC ->
              Calls.ofStatic(owner, handle.methodName(), handle.lookupDescriptor());
          case VIRTUAL -> Calls.ofVirtual(owner, handle.methodName(), handle.lookupDescriptor());
          default -> null;
        };
    return substitute == null
        ? argument
        : MethodHandleDesc.ofMethod(
            DirectMethodHandleDesc.Kind.STATIC,
            OUTSIDE,
            substitute.name(),
            MethodTypeDesc.ofDescriptor(substitute.descriptor()));
  }
}
