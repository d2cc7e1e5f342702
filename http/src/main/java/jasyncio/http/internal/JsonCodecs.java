package jasyncio.http.internal;

import jasyncio.http.JsonCodec;
import java.lang.reflect.Type;
import java.util.ServiceLoader;

/// Finds the codec for JSON, once.
public final class JsonCodecs {
  private JsonCodecs() {}

  private static final class Holder {
    static final JsonCodec INSTALLED = find();
  }

  /// {@return the one that is used}
  public static JsonCodec installed() {
    return Holder.INSTALLED;
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
