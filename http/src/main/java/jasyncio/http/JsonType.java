package jasyncio.http;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/// A type with arguments, for JSON: a class alone cannot say of what a list is. To be extended,
/// most often where it is used, without a body:
///
/// ```java fragment
/// List<Note> notes = rq.json(new JsonType<List<Note>>() {});
/// ```
///
/// An array needs none: `rq.json(Note[].class)`. Python: `pydantic.TypeAdapter(list[Note])`.
///
/// @param <T> the type
public abstract class JsonType<T> {
  private final Type type;

  /// Takes the type out of the declaration of the class.
  ///
  /// @throws IllegalStateException if that names none, as in `new JsonType() {}`
  protected JsonType() {
    if (getClass().getGenericSuperclass() instanceof ParameterizedType own
        && own.getRawType() == JsonType.class) {
      type = own.getActualTypeArguments()[0];
    } else {
      throw new IllegalStateException(
          "a JsonType names its type where it is made, as in new JsonType<List<Note>>() {}");
    }
  }

  /// {@return the type}
  public final Type type() {
    return type;
  }

  @SuppressWarnings("unchecked") // that is what it was read as
  final T cast(Object value) {
    return (T) value;
  }

  /// {@return such as `<JsonType java.util.List<Note>>`}
  @Override
  public final String toString() {
    return "<JsonType " + type.getTypeName() + ">";
  }
}
