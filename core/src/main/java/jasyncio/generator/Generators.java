package jasyncio.generator;

import jasyncio.internal.base.Functions;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.stream.BaseStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Makes generators. Import its functions statically:
///
/// ```java
/// import static jasyncio.generator.Generators.*;
///
/// import jasyncio.generator.Generator;
///
/// Generator<Integer> squares(int n) {
///   return generator(g -> {
///     for (int i = 0; i < n; i++) {
///       g.yield(i * i);
///     }
///   });
/// }
///
/// void main() {
///   for (int square : squares(10)) {
///     IO.println(square);
///   }
/// }
/// ```
///
/// To call the method runs nothing yet. The body runs up to its next `yield` whenever an item is
/// asked for, and waits there, with all its variables. What it has after the last `yield` that
/// anybody asks for is run by [Generator#close()]: its `finally` blocks, and nothing else.
///
/// A generator is iterated once. `() -> squares(10)` is an [Iterable] that begins anew each time.
public final class Generators {
  private Generators() {}

  // ---- generators -------------------------------------------------------------------------------

  /// A generator. Python: calling a function that contains `yield`.
  ///
  /// @param <T> what it yields
  /// @param body the code; nothing of it runs yet
  /// @return the generator
  public static <T extends @Nullable Object> Generator<T> generator(Generator.Body<T> body) {
    return generator(nameOf(body), body);
  }

  /// A generator with a name for descriptions.
  ///
  /// @param <T> what it yields
  /// @param name its name
  /// @param body the code
  /// @return the generator
  public static <T extends @Nullable Object> Generator<T> generator(
      String name, Generator.Body<T> body) {
    Objects.requireNonNull(body, "body");
    return new Generator<>(
        new Frame(
            GeneratorKind.PLAIN,
            name,
            frame -> {
              body.run(new Yielder<>(frame));
              return null;
            }));
  }

  /// A generator that is sent values, or that returns one. Python: one that uses what `yield`
  /// gives, or what `yield from` gives.
  ///
  /// @param <Y> what it yields
  /// @param <S> what it is sent; [Void] if nothing
  /// @param <R> what it returns
  /// @param body the code
  /// @return the generator
  public static <Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
      TwoWayGenerator<Y, S, R> twoWayGenerator(TwoWayGenerator.Body<Y, S, R> body) {
    return twoWayGenerator(nameOf(body), body);
  }

  /// A generator that is sent values, or that returns one, with a name for descriptions.
  ///
  /// @param <Y> what it yields
  /// @param <S> what it is sent; [Void] if nothing
  /// @param <R> what it returns
  /// @param name its name
  /// @param body the code
  /// @return the generator
  public static <Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
      TwoWayGenerator<Y, S, R> twoWayGenerator(String name, TwoWayGenerator.Body<Y, S, R> body) {
    Objects.requireNonNull(body, "body");
    return new TwoWayGenerator<>(
        new Frame(GeneratorKind.PLAIN, name, frame -> body.run(new TwoWayYielder<>(frame))));
  }

  // ---- asynchronous generators ------------------------------------------------------------------

  /// An asynchronous generator: its body may await, and the loop closes it if nobody else does.
  /// Python: calling an `async def` function that contains `yield`.
  ///
  /// @param <T> what it yields
  /// @param body the code; nothing of it runs yet
  /// @return the generator
  public static <T extends @Nullable Object> AsyncGenerator<T> asyncGenerator(
      Generator.Body<T> body) {
    return asyncGenerator(nameOf(body), body);
  }

  /// An asynchronous generator with a name for descriptions.
  ///
  /// @param <T> what it yields
  /// @param name its name
  /// @param body the code
  /// @return the generator
  public static <T extends @Nullable Object> AsyncGenerator<T> asyncGenerator(
      String name, Generator.Body<T> body) {
    Objects.requireNonNull(body, "body");
    return new AsyncGenerator<>(
        new Frame(
            GeneratorKind.ASYNC,
            name,
            frame -> {
              body.run(new Yielder<>(frame));
              return null;
            }));
  }

  /// An asynchronous generator that is sent values.
  ///
  /// @param <Y> what it yields
  /// @param <S> what it is sent
  /// @param body the code
  /// @return the generator
  public static <Y extends @Nullable Object, S extends @Nullable Object>
      TwoWayAsyncGenerator<Y, S> twoWayAsyncGenerator(TwoWayAsyncGenerator.Body<Y, S> body) {
    return twoWayAsyncGenerator(nameOf(body), body);
  }

  /// An asynchronous generator that is sent values, with a name for descriptions.
  ///
  /// @param <Y> what it yields
  /// @param <S> what it is sent
  /// @param name its name
  /// @param body the code
  /// @return the generator
  public static <Y extends @Nullable Object, S extends @Nullable Object>
      TwoWayAsyncGenerator<Y, S> twoWayAsyncGenerator(
          String name, TwoWayAsyncGenerator.Body<Y, S> body) {
    Objects.requireNonNull(body, "body");
    return new TwoWayAsyncGenerator<>(
        new Frame(
            GeneratorKind.ASYNC,
            name,
            frame -> {
              body.run(new TwoWayYielder<>(frame));
              return null;
            }));
  }

  private static String nameOf(Object body) {
    return Functions.name(Objects.requireNonNull(body, "body").getClass());
  }

  // ---- what Python can iterate ------------------------------------------------------------------

  /// The characters of a text, each as a string; what is outside of the basic plane stays whole.
  ///
  /// @param text the text
  /// @return what to iterate over
  public static Iterable<String> iter(CharSequence text) {
    Objects.requireNonNull(text, "text");
    return () -> text.codePoints().mapToObj(Character::toString).iterator();
  }

  /// The keys of a map.
  ///
  /// @param <K> their type
  /// @param map the map
  /// @return what to iterate over
  public static <K extends @Nullable Object> Iterable<K> iter(
      Map<K, ? extends @Nullable Object> map) {
    return map.keySet();
  }

  /// The elements of an array.
  ///
  /// @param <T> their type
  /// @param array the array
  /// @return what to iterate over
  public static <T extends @Nullable Object> Iterable<T> iter(T[] array) {
    return Arrays.asList(array);
  }

  /// The items of anything that Python could iterate over: an [Iterable], an [Iterator], a stream,
  /// the keys of a map, the characters of a text, the elements of an array. For code that learns
  /// only at run time what it is given; else the other forms keep the type. Python: `iter`.
  ///
  /// @param items what has items
  /// @return what to iterate over
  /// @throws IllegalArgumentException if it has none
  public static Iterable<?> iter(Object items) {
    return switch (Objects.requireNonNull(items, "items")) {
      case Iterable<?> iterable -> iterable;
      case Iterator<?> iterator -> () -> anyOf(iterator);
      case BaseStream<?, ?> stream -> () -> anyOf(stream.iterator());
      case Map<?, ?> map -> map.keySet();
      case CharSequence text -> iter(text);
      case Object array when array.getClass().isArray() ->
          () ->
              anyOf(
                  IntStream.range(0, Array.getLength(array))
                      .mapToObj(i -> Array.get(array, i))
                      .iterator());
      default ->
          throw new IllegalArgumentException(
              "'" + items.getClass().getSimpleName() + "' object is not iterable");
    };
  }

  @SuppressWarnings("unchecked") // an iterator only gives
  private static Iterator<Object> anyOf(Iterator<?> iterator) {
    return (Iterator<Object>) iterator;
  }
}
