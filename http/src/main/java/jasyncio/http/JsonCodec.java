package jasyncio.http;

import jasyncio.http.internal.JsonCodecs;
import java.io.IOException;
import java.lang.reflect.Type;

/// What makes JSON of objects, and objects of JSON.
///
/// With Jackson (`tools.jackson.core:jackson-databind`, or
/// `com.fasterxml.jackson.core:jackson-databind` of Jackson 2) on the class path or module path
/// there is one already: records work as they are. Another is found by [java.util.ServiceLoader],
/// and preferred.
public interface JsonCodec {
  /// Makes an object of JSON. Does not suspend.
  ///
  /// @param json the JSON, as UTF-8
  /// @param type what to make of it, such as a class
  /// @return the object
  /// @throws IOException if it is no JSON, or none of that type; its message is for whoever sent it
  Object read(byte[] json, Type type) throws IOException;

  /// Makes JSON of an object. Does not suspend.
  ///
  /// @param value the object
  /// @return the JSON, as UTF-8
  /// @throws IOException if that cannot be done
  byte[] write(Object value) throws IOException;

  /// {@return the one that is used}
  ///
  /// @throws IllegalStateException if there is none
  static JsonCodec installed() {
    return JsonCodecs.installed();
  }
}
