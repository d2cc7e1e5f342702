package jasyncio.testing.agent;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.classfile.ClassFile.ACC_SYNTHETIC;
import static java.lang.classfile.ClassFile.ACC_VOLATILE;
import static java.lang.constant.ConstantDescs.CD_MethodHandle;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/// The class that the JDK's rewritten classes call, and the test kit is called by. It lies in
/// `java.lang`, where all see it, and is written here because the compiler puts nothing there:
///
/// ```java skip
/// package java.lang;
///
/// public final class JasyncioHook {
///   public static volatile boolean installed; // by the agent; the rest is null until the kit comes
///   public static volatile boolean unblocking; // a virtual thread that has waited for a monitor
///   public static volatile LongSupplier nanoTime;
///   public static volatile LongSupplier currentTimeMillis;
///   public static volatile LongConsumer pinned;
///   public static volatile MethodHandle schedule;
///
///   public static long nanoTime() { // likewise currentTimeMillis()
///     return nanoTime == null ? System.nanoTime() : nanoTime.getAsLong();
///   }
///
///   /// The carrier of a virtual thread has been parked since then.
///   public static void pinned(long since) {
///     if (pinned != null) {
///       pinned.accept(since);
///     }
///   }
///
///   /// The timer of a virtual thread, or null to leave it to the JDK.
///   public static Future<?> schedule(Thread thread, Runnable command, long delay, TimeUnit unit) {
///     return schedule == null ? null : schedule.invokeExact(thread, command, delay, unit);
///   }
/// }
/// ```
final class Hook {
  static final String NAME = "java/lang/JasyncioHook";
  static final String INSTALLED = "installed";
  static final String UNBLOCKING = "unblocking";

  static final ClassDesc HOOK = ClassDesc.ofInternalName(NAME);
  static final ClassDesc SYSTEM = desc(System.class);
  static final MethodTypeDesc CLOCK = MethodTypeDesc.of(CD_long);
  static final MethodTypeDesc PINNED = MethodTypeDesc.of(CD_void, CD_long);
  static final MethodTypeDesc SCHEDULE =
      MethodTypeDesc.of(
          desc(Future.class),
          desc(Thread.class),
          desc(Runnable.class),
          CD_long,
          desc(TimeUnit.class));

  private static final ClassDesc SUPPLIER = desc(LongSupplier.class);
  private static final ClassDesc CONSUMER = desc(LongConsumer.class);

  private Hook() {}

  static ClassDesc desc(Class<?> type) {
    return ClassDesc.ofInternalName(internalName(type));
  }

  static String internalName(Class<?> type) {
    return type.getName().replace('.', '/');
  }

  /// Whether the JVM has it.
  static boolean isThere() {
    try {
      Class.forName(NAME.replace('/', '.'), false, null);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  static byte[] classFile() {
    return ClassFile.of().build(HOOK, Hook::write);
  }

  private static void write(ClassBuilder type) {
    type.withFlags(ACC_PUBLIC | ACC_FINAL | ACC_SYNTHETIC);
    field(type, INSTALLED, CD_boolean);
    field(type, UNBLOCKING, CD_boolean);
    clock(type, "nanoTime");
    clock(type, "currentTimeMillis");
    field(type, "pinned", CONSUMER);
    method(
        type,
        "pinned",
        PINNED,
        code -> {
          var unless = code.newLabel();
          code.getstatic(HOOK, "pinned", CONSUMER).ifnull(unless);
          code.getstatic(HOOK, "pinned", CONSUMER).lload(0);
          code.invokeinterface(CONSUMER, "accept", PINNED);
          code.labelBinding(unless).return_();
        });
    field(type, "schedule", CD_MethodHandle);
    method(
        type,
        "schedule",
        SCHEDULE,
        code -> {
          var unless = code.newLabel();
          code.getstatic(HOOK, "schedule", CD_MethodHandle).ifnull(unless);
          code.getstatic(HOOK, "schedule", CD_MethodHandle);
          code.aload(0).aload(1).lload(2).aload(4);
          code.invokevirtual(CD_MethodHandle, "invokeExact", SCHEDULE).areturn();
          code.labelBinding(unless).aconst_null().areturn();
        });
  }

  private static void clock(ClassBuilder type, String name) {
    field(type, name, SUPPLIER);
    method(
        type,
        name,
        CLOCK,
        code -> {
          var unless = code.newLabel();
          code.getstatic(HOOK, name, SUPPLIER).ifnull(unless);
          code.getstatic(HOOK, name, SUPPLIER)
              .invokeinterface(SUPPLIER, "getAsLong", CLOCK)
              .lreturn();
          code.labelBinding(unless).invokestatic(SYSTEM, name, CLOCK).lreturn();
        });
  }

  private static void field(ClassBuilder type, String name, ClassDesc of) {
    type.withField(name, of, ACC_PUBLIC | ACC_STATIC | ACC_VOLATILE);
  }

  private static void method(
      ClassBuilder type, String name, MethodTypeDesc of, Consumer<CodeBuilder> code) {
    type.withMethodBody(name, of, ACC_PUBLIC | ACC_STATIC, code);
  }
}
