package jasyncio.gevent;

import jasyncio.internal.base.Sneaky;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A value or an error that arrives once, and that greenlets wait for. It takes the outcome of a
/// greenlet by `greenlet.link(result)`. Python: `gevent.event.AsyncResult`.
///
/// @param <T> the type of the value
public final class AsyncResult<T extends @Nullable Object> extends Linkable
    implements Consumer<Greenlet<? extends T>> {
  private boolean ready;
  private @Nullable T value;
  private @Nullable Throwable exception;

  /// A result that is not there yet.
  public AsyncResult() {}

  @Override
  Hub linkHub() {
    return Hub.get();
  }

  /// Stores the value and wakes all who wait. A second one takes the place of the first.
  ///
  /// @param value the value
  public void set(T value) {
    settle(value, null);
  }

  /// Stores an error and wakes all who wait.
  ///
  /// @param exception what [#get()] will throw
  @SuppressWarnings("NullAway") // there is no value
  public void setException(Throwable exception) {
    settle(null, Objects.requireNonNull(exception, "exception"));
  }

  private void settle(T newValue, @Nullable Throwable newException) {
    value = newValue;
    exception = newException;
    ready = true;
    fireLinks();
  }

  /// Takes the outcome of a greenlet that has ended: what makes this a callback for
  /// [Greenlet#link].
  ///
  /// @param greenlet the greenlet
  @Override
  @SuppressWarnings("NullAway") // its value is of our type
  public void accept(Greenlet<? extends T> greenlet) {
    settle(greenlet.value(), greenlet.exception());
  }

  /// {@return whether a value or an error is there}
  @Override
  public boolean ready() {
    return ready;
  }

  /// {@return whether a value is there}
  public boolean successful() {
    return ready && exception == null;
  }

  /// {@return the value; `null` if there is none}
  public @Nullable T value() {
    return value;
  }

  /// {@return the error; `null` if there is none}
  public @Nullable Throwable exception() {
    return exception;
  }

  /// Waits for the value. Suspends unless it is there.
  ///
  /// @return the value; throws the error, the very object, if there is one
  public T get() {
    return get(Seconds.FOREVER);
  }

  /// Waits for the value, for a limited time.
  ///
  /// @param timeout seconds to wait at most
  /// @return the value; throws the error, the very object, if there is one
  /// @throws Timeout if the time is over first
  public T get(double timeout) {
    if (!ready && !waitUntilReady("get", timeout)) {
      throw new Timeout(timeout);
    }
    return outcome();
  }

  /// Waits for the value, for a limited time.
  ///
  /// @param timeout how long to wait at most
  /// @return the value; throws the error, the very object, if there is one
  /// @throws Timeout if the time is over first
  public T get(Duration timeout) {
    return get(Seconds.of(timeout));
  }

  /// The value; never suspends.
  ///
  /// @return the value; throws the error, the very object, if there is one
  /// @throws Timeout if neither is there
  public T getNowait() {
    if (!ready) {
      throw new Timeout();
    }
    return outcome();
  }

  @SuppressWarnings("NullAway") // the value is what set was given
  private T outcome() {
    if (exception != null) {
      throw Sneaky.rethrow(exception);
    }
    return value;
  }

  /// Waits until a value or an error is there, and throws neither. Python: `wait`, a name that
  /// every object has in Java.
  ///
  /// @return the value; `null` if it is an error
  public @Nullable T await() {
    return await(Seconds.FOREVER);
  }

  /// Waits until a value or an error is there, or the time is over.
  ///
  /// @param timeout seconds to wait at most
  /// @return the value; `null` if it is an error, or the time is over
  public @Nullable T await(double timeout) {
    if (!ready) {
      waitUntilReady("await", timeout);
    }
    return value;
  }

  /// Waits until a value or an error is there, or the time is over.
  ///
  /// @param timeout how long to wait at most
  /// @return the value; `null` if it is an error, or the time is over
  public @Nullable T await(Duration timeout) {
    return await(Seconds.of(timeout));
  }

  /// {@return `<AsyncResult unset>`, or with what it has}
  @Override
  public String toString() {
    if (!ready) {
      return "<AsyncResult unset>";
    }
    return exception == null
        ? "<AsyncResult value=" + value + ">"
        : "<AsyncResult exception=" + exception + ">";
  }
}
