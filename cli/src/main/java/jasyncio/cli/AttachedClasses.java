package jasyncio.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.net.URLClassLoader;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;
import jdk.jshell.spi.SPIResolutionException;
import org.jspecify.annotations.Nullable;

/// The classes that inputs of a REPL have become which run in another program, as they are sent
/// there: what they print is kept for the prompt, they can be broken off, and they need nothing of
/// JShell's.
final class AttachedClasses implements AutoCloseable {
  private static final ClassDesc SYSTEM = ClassDesc.of("java.lang.System");
  private static final ClassDesc PRINT_STREAM = ClassDesc.of(PrintStream.class.getName());
  private static final ClassDesc OUTPUT = ClassDesc.of(AttachedIo.class.getName());
  private static final Map<ClassDesc, ClassDesc> INSTEAD =
      Map.of(
          ClassDesc.of(SPIResolutionException.class.getName()),
          ClassDesc.of(UnresolvedInput.class.getName()),
          ClassDesc.of("java.lang.IO"),
          OUTPUT);

  private final Map<String, byte[]> classes = new ConcurrentHashMap<>();
  private final URLClassLoader libraries;
  private final ClassFile format = StopCheckWeaver.format(this::resource);

  AttachedClasses(ClassPath classPath) {
    libraries = new URLClassLoader(classPath.urls(), ClassLoader.getPlatformClassLoader());
  }

  /// What the program's side needs of the launcher.
  static Map<String, byte[]> companions() {
    var companions = new HashMap<String, byte[]>();
    Stream.of(
            AttachedInput.class,
            AttachedIo.class,
            PackedError.class,
            UnresolvedInput.class,
            ValueText.class)
        .flatMap(type -> Stream.concat(Stream.of(type), Stream.of(type.getDeclaredClasses())))
        .forEach(type -> companions.put(type.getName(), SnippetClasses.bytesOf(type)));
    return companions;
  }

  /// All classes by binary name, as JShell made them.
  Map<String, byte[]> bytes() {
    return Collections.unmodifiableMap(classes);
  }

  /// Takes classes.
  ///
  /// @return what is to be sent, by binary name
  Map<String, byte[]> add(ClassBytecodes[] added) {
    for (ClassBytecodes each : added) {
      classes.put(each.name(), each.bytecodes());
    }
    var woven = new HashMap<String, byte[]>();
    for (ClassBytecodes each : added) {
      woven.put(each.name(), weave(each.bytecodes()));
    }
    return woven;
  }

  private byte[] weave(byte[] classFile) {
    byte[] redirected =
        format.transformClass(
            format.parse(classFile),
            ClassTransform.transformingMethodBodies(AttachedClasses::redirect));
    return StopCheckWeaver.weave(redirected, AttachedInput.class, format);
  }

  private static void redirect(CodeBuilder code, CodeElement element) {
    switch (element) {
      case FieldInstruction field when isStream(field) ->
          code.getstatic(OUTPUT, "out", PRINT_STREAM);
      case InvokeInstruction call when isReplaced(call.owner().asSymbol()) ->
          code.invoke(
              call.opcode(),
              instead(call.owner().asSymbol()),
              call.name().stringValue(),
              call.typeSymbol(),
              false);
      case NewObjectInstruction object when isReplaced(object.className().asSymbol()) ->
          code.new_(instead(object.className().asSymbol()));
      case InvokeDynamicInstruction reference ->
          code.invokedynamic(
              DynamicCallSiteDesc.of(
                  reference.bootstrapMethod(),
                  reference.name().stringValue(),
                  reference.typeSymbol(),
                  reference.bootstrapArgs().stream()
                      .map(AttachedClasses::instead)
                      .toArray(ConstantDesc[]::new)));
      default -> code.with(element);
    }
  }

  private static boolean isStream(FieldInstruction field) {
    return field.opcode() == Opcode.GETSTATIC
        && field.owner().asSymbol().equals(SYSTEM)
        && List.of("out", "err").contains(field.name().stringValue());
  }

  private static boolean isReplaced(ClassDesc type) {
    return INSTEAD.containsKey(type);
  }

  private static ClassDesc instead(ClassDesc type) {
    return INSTEAD.getOrDefault(type, type);
  }

  /// Also in `IO::println`.
  private static ConstantDesc instead(ConstantDesc argument) {
    return argument instanceof DirectMethodHandleDesc method && isReplaced(method.owner())
        ? MethodHandleDesc.of(
            method.kind(), instead(method.owner()), method.methodName(), method.lookupDescriptor())
        : argument;
  }

  private @Nullable InputStream resource(String name) {
    byte[] bytes = classes.get(name.replaceFirst("\\.class$", "").replace('/', '.'));
    return bytes != null ? new ByteArrayInputStream(bytes) : libraries.getResourceAsStream(name);
  }

  @Override
  public void close() throws IOException {
    libraries.close();
  }
}
