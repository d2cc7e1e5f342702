package jasyncio.http.internal;

import jasyncio.http.JsonCodec;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/// Finds the codec for JSON, once.
public final class JsonCodecs {
  private JsonCodecs() {}

  private static volatile boolean warm;

  /// {@return whether [#warmUp()] has nothing to do}
  public static boolean isWarm() {
    return warm;
  }

  private static final class Holder {
    static final JsonCodec INSTALLED = find();
  }

  /// {@return the one that is used}
  public static JsonCodec installed() {
    return Holder.INSTALLED;
  }

  /// Loads what the codec needs, some hundred classes: not on a loop's thread, which would be held
  /// up by that in the midst of its first request with JSON. A second time it does nothing.
  ///
  /// Programs' own codecs are found, and know themselves what they need. A library that does not
  /// work is an error of whoever uses it, and of nobody else.
  public static void warmUp() {
    warm = true;
    try {
      var codec = installed();
      if (codec instanceof JacksonCodec || codec instanceof Jackson2Codec) {
        codec.read(codec.write(Map.of("text", List.of(1, 1.5, true))), Map.class);
      }
    } catch (IOException | RuntimeException | LinkageError | ServiceConfigurationError e) {
      // as it will be where JSON is asked for
    }
  }

  private static JsonCodec find() {
    var services = ServiceLoader.load(JsonCodec.class).findFirst();
    if (services.isPresent()) {
      return services.get();
    } else if (exists("tools.jackson.databind.ObjectMapper")) {
      return new JacksonCodec();
    } else if (exists("com.fasterxml.jackson.databind.ObjectMapper")) {
      return new Jackson2Codec();
    }
    return new NoCodec();
  }

  private static boolean exists(String name) {
    try {
      Class.forName(name, false, JsonCodecs.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /// Says so whenever it is needed; what has no JSON does without.
  private static final class NoCodec implements JsonCodec {
    @Override
    public Object read(byte[] json, Type type) {
      throw missing();
    }

    @Override
    public byte[] write(Object value) {
      throw missing();
    }

    private static IllegalStateException missing() {
      return new IllegalStateException(
          "there is nothing for JSON: add tools.jackson.core:jackson-databind to the program, or a"
              + " service of jasyncio.http.JsonCodec");
    }
  }
}
