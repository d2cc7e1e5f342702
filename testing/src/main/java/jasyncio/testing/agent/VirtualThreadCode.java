package jasyncio.testing.agent;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What is rewritten in the code of `java.lang.VirtualThread`.
final class VirtualThreadCode {
  /* Overview
   * schedule      every timer of a park, sleep or timed wait     asks the hook first
   * parkNanos     where the carrier has to be parked itself      tells the hook since when
   * compareAndSetOnWaitingList, unblock    what another thread   says so while it is at it
   *   does with a virtual thread that gets a monitor
   */
  static final String NAME = "java/lang/VirtualThread";

  private static final String PARK_ON_CARRIER = "parkOnCarrierThread";
  private static final MethodTypeDesc PARK_ON_CARRIER_TYPE =
      MethodTypeDesc.of(CD_void, CD_boolean, CD_long);

  /// Which the test kit reads.
  private static final String WAITING_FIELD = "onWaitingList";

  /// The methods that are rewritten, or called by these.
  private static final Map<String, MethodTypeDesc> EXPECTED =
      Map.of(
          "schedule",
          MethodTypeDesc.of(
              Hook.desc(Future.class),
              Hook.desc(Runnable.class),
              CD_long,
              Hook.desc(TimeUnit.class)),
          "parkNanos",
          MethodTypeDesc.of(CD_void, CD_long),
          PARK_ON_CARRIER,
          PARK_ON_CARRIER_TYPE,
          "compareAndSetOnWaitingList",
          MethodTypeDesc.of(CD_boolean, CD_boolean, CD_boolean),
          "unblock",
          MethodTypeDesc.of(CD_void));

  private VirtualThreadCode() {}

  /// @throws UnsupportedOperationException if this JDK's has not the methods that we know
  static void check() throws IOException {
    try (var file = ClassLoader.getSystemResourceAsStream(NAME + ".class")) {
      if (file == null) {
        throw new UnsupportedOperationException("it has no " + NAME);
      }
      check(ClassFile.of().parse(file.readAllBytes()));
    }
  }

  /// @throws UnsupportedOperationException if it has not the methods that we know
  static void check(ClassModel type) {
    EXPECTED.forEach((name, of) ->
        expect(
            type,
            name + of.displayDescriptor(),
            type.methods().stream().anyMatch(method -> is(method, name, of))));
    expect(
        type,
        WAITING_FIELD,
        type.fields().stream().anyMatch(field -> field.fieldName().equalsString(WAITING_FIELD)));
  }

  private static void expect(ClassModel type, String member, boolean isThere) {
    if (!isThere) {
      throw new UnsupportedOperationException(
          "its " + type.thisClass().asInternalName() + " has no " + member);
    }
  }

  private static boolean is(MethodModel method, String name, MethodTypeDesc of) {
    return method.methodName().equalsString(name)
        && method.methodTypeSymbol().equals(of)
        && (method.flags().flagsMask() & ClassFile.ACC_STATIC) == 0;
  }

  static byte[] rewritten(byte[] classFile) {
    var file = ClassFile.of();
    var model = file.parse(classFile);
    check(model);
    return file.transformClass(
        model,
        (type, element) -> {
          var change = element instanceof MethodModel method ? change(method) : null;
          if (change == null) {
            type.with(element);
          } else {
            type.transformMethod((MethodModel) element, MethodTransform.transformingCode(change));
          }
        });
  }

  private static @Nullable CodeTransform change(MethodModel method) {
    var name = method.methodName().stringValue();
    var of = EXPECTED.get(name);
    return of == null || !is(method, name, of)
        ? null
        : switch (name) {
          case "schedule" -> atStart(VirtualThreadCode::askForTimer);
          case "parkNanos" -> VirtualThreadCode::tellOfPinned;
          case "compareAndSetOnWaitingList" -> atStart(code -> setUnblocking(code, true));
          case "unblock" ->
              (code, element) -> {
                if (element instanceof ReturnInstruction) {
                  setUnblocking(code, false);
                }
                code.with(element);
              };
          default -> null;
        };
  }

  private interface Start {
    void write(CodeBuilder code);
  }

  private static CodeTransform atStart(Start start) {
    return new CodeTransform() {
      @Override
      public void atStart(CodeBuilder code) {
        start.write(code);
      }

      @Override
      public void accept(CodeBuilder code, CodeElement element) {
        code.with(element);
      }
    };
  }

  private static void askForTimer(CodeBuilder code) {
    var none = code.newLabel();
    code.aload(0).aload(1).lload(2).aload(4);
    code.invokestatic(Hook.HOOK, "schedule", Hook.SCHEDULE).dup().ifnull(none).areturn();
    code.labelBinding(none).pop();
  }

  private static void tellOfPinned(CodeBuilder code, CodeElement element) {
    if (element instanceof InvokeInstruction call
        && call.name().equalsString(PARK_ON_CARRIER)
        && call.typeSymbol().equals(PARK_ON_CARRIER_TYPE)) {
      int since = code.allocateLocal(TypeKind.LONG);
      code.invokestatic(Hook.SYSTEM, "nanoTime", Hook.CLOCK).lstore(since);
      code.with(element);
      code.lload(since).invokestatic(Hook.HOOK, "pinned", Hook.PINNED);
    } else {
      code.with(element);
    }
  }

  private static void setUnblocking(CodeBuilder code, boolean value) {
    code.loadConstant(value ? 1 : 0).putstatic(Hook.HOOK, Hook.UNBLOCKING, CD_boolean);
  }
}
