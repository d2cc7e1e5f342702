package jasyncio.dist;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jasyncio.EventLoop;
import jasyncio.http.Http;
import jasyncio.micrometer.EventLoopMetrics;
import jasyncio.opentelemetry.JasyncioContextStorageProvider;
import jasyncio.slf4j.MdcContext;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a native image has to be told of, against the classes: no image is built here, as its
/// builder is not to be had where the build runs.
class NativeImageTest {
  private static final String LIBC = "jasyncio.internal.process.Libc";
  private static final Map<String, Class<?>> MODULES = modules();

  /// Who looks something up by name and has it in the metadata, or does without it in an image.
  private static final Map<String, String> LOOKERS =
      Map.ofEntries(
          Map.entry("jasyncio.internal.fiber.VirtualThreads", "listed"),
          Map.entry("jasyncio.internal.fiber.PortableHub", "listed"),
          Map.entry("jasyncio.LoopObserver", "listed"),
          Map.entry(LIBC, "listed"),
          Map.entry("jasyncio.Signals", "listed"),
          Map.entry("jasyncio.internal.base.Frames", "listed, and other names are not ours"),
          Map.entry("jasyncio.internal.base.Interrupts", "a call of which nothing is known"),
          Map.entry("jasyncio.internal.base.Overrides", "a class that is not judged"),
          Map.entry("jasyncio.inspect.Prompt", "a visitor's code, which no image can load"),
          Map.entry("jasyncio.inspect.PromptLoader", "a visitor's code, which no image can load"),
          Map.entry("jasyncio.http.internal.JsonCodecs", "listed; services are found"),
          Map.entry("jasyncio.http.JsonResponse", "classes of the program's, which it registers"),
          Map.entry("jasyncio.slf4j.MdcContext", "listed"),
          Map.entry("jasyncio.slf4j.MdcServiceProvider", "services are found"));

  private static Map<String, Class<?>> modules() {
    var modules = new LinkedHashMap<String, Class<?>>();
    modules.put("jasyncio", EventLoop.class);
    modules.put("jasyncio-http", Http.class);
    modules.put("jasyncio-slf4j", MdcContext.class);
    modules.put("jasyncio-micrometer", EventLoopMetrics.class);
    modules.put("jasyncio-opentelemetry", JasyncioContextStorageProvider.class);
    return modules;
  }

  private static JsonNode metadata(String artifact) throws Exception {
    var folder = "META-INF/native-image/io.github.jasyncio/" + artifact;
    var file = folder + "/reachability-metadata.json";
    return new JsonMapper().readTree(ClassFiles.file(MODULES.get(artifact), file));
  }

  private static Stream<JsonNode> entries(JsonNode node) {
    return node.valueStream();
  }

  @Test
  void whatIsListed_isThere() throws Exception {
    for (var artifact : List.of("jasyncio", "jasyncio-http", "jasyncio-slf4j")) {
      for (var entry : entries(metadata(artifact).path("reflection")).toList()) {
        assertThat(type(entry.path("condition").path("typeReached").asString())).isNotNull();
        var type = type(entry.path("type").asString());
        for (var field : entries(entry.path("fields")).toList()) {
          assertThat(type.getDeclaredField(field.path("name").asString())).isNotNull();
        }
        for (var method : entries(entry.path("methods")).toList()) {
          var parameters =
              entries(method.path("parameterTypes"))
                  .map(name -> type(name.asString()))
                  .toArray(Class<?>[]::new);
          var name = method.path("name").asString();
          assertThat(
                  name.equals("<init>")
                      ? type.getDeclaredConstructor(parameters)
                      : type.getDeclaredMethod(name, parameters))
              .isNotNull();
        }
      }
    }
  }

  private static Class<?> type(String name) {
    try {
      return name.equals("int")
          ? int.class
          : Class.forName(name, false, Http.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError("there is no " + name, e);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void functionsOfC_areListedAsTheyAreLinked() throws Exception {
    var listed = new ArrayList<MethodType>();
    var options = new TreeSet<String>();
    for (var call : entries(metadata("jasyncio").path("foreign").path("downcalls")).toList()) {
      if (call.path("condition").path("typeReached").asString().equals(LIBC)) {
        listed.add(handleType(call));
        if (call.has("options")) {
          options.add(call.path("parameterTypes") + " " + call.path("options"));
        }
      }
    }
    assertThat(options)
        .containsExactly(
            "[\"int\",\"int\",\"void*\",\"int\"] {\"captureCallState\":true}", // waitid
            "[\"int\",\"int\"] {\"captureCallState\":true}", // kill
            "[\"int\",\"int\"] {\"firstVariadicArg\":2}", // fcntl
            "[\"int\",\"void*\",\"int\"] {\"captureCallState\":true}"); // waitpid
    assertThat(Set.copyOf(listed)).isEqualTo(Set.copyOf(linked()));
  }

  /// The handle has the parameters of the function; before them, where its error is to be kept.
  private static MethodType handleType(JsonNode call) {
    var types =
        entries(call.path("parameterTypes"))
            .map(name -> carrier(name.asString()))
            .toArray(Class<?>[]::new);
    var type = MethodType.methodType(carrier(call.path("returnType").asString()), types);
    return call.path("options").path("captureCallState").asBoolean(false)
        ? type.insertParameterTypes(0, MemorySegment.class)
        : type;
  }

  private static Class<?> carrier(String name) {
    MemoryLayout layout = Linker.nativeLinker().canonicalLayouts().get(name);
    assertThat(layout).as("layout " + name).isInstanceOf(ValueLayout.class);
    return ((ValueLayout) layout).carrier();
  }

  private static List<MethodType> linked() throws Exception {
    var type = Class.forName(LIBC);
    var find = type.getDeclaredMethod("ifPossible");
    find.setAccessible(true);
    var libc = find.invoke(null);
    assumeTrue(libc != null, "no native access here, or another C library");
    var types = new ArrayList<MethodType>();
    for (var field : type.getDeclaredFields()) {
      if (field.getType() == MethodHandle.class && !Modifier.isStatic(field.getModifiers())) {
        field.setAccessible(true);
        types.add(((MethodHandle) field.get(libc)).type());
      }
    }
    return types;
  }

  /// A class that is new here belongs into the metadata, or has to do without what it looks for.
  @Test
  void whoLooksUpByName_isKnown() throws Exception {
    var lookers = new TreeSet<String>();
    for (var member : MODULES.values()) {
      for (var model : ClassFiles.of(member)) {
        if (looksUp(model)) {
          lookers.add(ClassFiles.topLevelName(model));
        }
      }
    }
    assertThat(lookers).isEqualTo(LOOKERS.keySet().stream().collect(toCollection(TreeSet::new)));
  }

  private static boolean looksUp(ClassModel model) {
    for (var entry : model.constantPool()) {
      if (entry instanceof MemberRefEntry member && isLookUp(member)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLookUp(MemberRefEntry member) {
    var name = member.name().stringValue();
    return switch (member.owner().asInternalName()) {
      case "java/lang/Class" ->
          name.equals("forName")
              || (name.startsWith("get")
                  && Arrays.asList("Method", "Field", "Constructor", "Resource", "RecordComponent")
                      .stream()
                      .anyMatch(name::contains));
      case "java/lang/ClassLoader" -> name.equals("loadClass") || name.contains("Resource");
      case "java/lang/invoke/MethodHandles$Lookup" ->
          name.startsWith("find") || name.startsWith("unreflect");
      case "java/util/ServiceLoader" -> name.startsWith("load");
      case "java/lang/reflect/Proxy" -> name.equals("newProxyInstance");
      case "java/lang/foreign/Linker" -> name.equals("downcallHandle") || name.equals("upcallStub");
      case "java/io/ObjectInputStream" -> name.equals("readObject");
      default -> false;
    };
  }
}
