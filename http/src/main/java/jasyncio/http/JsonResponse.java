package jasyncio.http;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes objects of the bodies of responses: for clients and tests alike.
///
/// What reads JSON leaves out members that a record does not have, and takes `null` for those that
/// are not there. So a record that is made of a problem by mistake, for a client that has not asked
/// for success before, would be one of nulls, without a word of the status. A problem says what it
/// is by its type; other errors in JSON may be of any form, and are read as they are.
final class JsonResponse {
  private JsonResponse() {}

  /// The object that a body stands for.
  ///
  /// @param what the response, in a message
  /// @throws HttpException if it is no JSON, or none of that type
  static Object read(String what, byte[] body, Type type) throws HttpException {
    if (body.length == 0) {
      throw new HttpException(what + " is empty, and JSON is expected");
    }
    Object value;
    try {
      value = JsonCodec.installed().read(body, type);
    } catch (IOException e) {
      throw new HttpException(what + " is not the JSON that is expected: " + e.getMessage(), e);
    }
    if (value == null) { // which JSON has, and records do not
      throw new HttpException(what + " is not the JSON that is expected: it is null");
    }
    return value;
  }

  /// What is wrong with an answer of which an object is wanted, before it is read: empty for
  /// nothing. Goes on a sentence that says which status was answered.
  static String refusal(int status, Headers headers, Type type) {
    if (status < 400 || !isProblem(headers.get("Content-Type")) || takesProblems(type)) {
      return "";
    }
    return " with a problem" + notOf(type) + " (a type for problems has a 'detail')";
  }

  /// What is wrong with an answer that is no success, and of which no object can be made; goes on
  /// such a sentence, too.
  static String notOf(Type type) {
    var name = type instanceof Class<?> c ? c.getSimpleName() : type.getTypeName();
    return ", and not with the JSON of " + name;
  }

  private static boolean isProblem(@Nullable String contentType) {
    return contentType != null
        && contentType.toLowerCase(Locale.ROOT).startsWith("application/problem+json");
  }

  /// Whether a type can have the members of a problem: it is one of any members, such as a map or a
  /// tree, or names the one that problems are read for.
  private static boolean takesProblems(Type type) {
    var raw = type instanceof ParameterizedType generic ? generic.getRawType() : type;
    if (!(raw instanceof Class<?> c)
        || c == Object.class
        || Modifier.isAbstract(c.getModifiers()) // also interfaces, and arrays, which do not fit
        || Map.class.isAssignableFrom(c)
        || Iterable.class.isAssignableFrom(c)) {
      return true;
    }
    for (var each = c; each != null; each = each.getSuperclass()) {
      if (Arrays.stream(each.getDeclaredFields()).anyMatch(f -> f.getName().equals("detail"))) {
        return true;
      }
    }
    return false;
  }
}
