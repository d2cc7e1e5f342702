package jasyncio.opentelemetry;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import jasyncio.ContextVar;
import jasyncio.Token;
import org.jspecify.annotations.Nullable;

/// Keeps OpenTelemetry's current context in a variable of jasyncio's.
///
/// Also where no loop runs: the variable's value is then one of the thread, as in OpenTelemetry's
/// default storage, which is not asked. So `run` and `toThread`, which copy jasyncio's context from
/// thread to thread, take it along, and there are no two worlds that could disagree.
enum JasyncioContextStorage implements ContextStorage {
  INSTANCE;

  private static final System.Logger LOGGER = System.getLogger("jasyncio.opentelemetry");
  private static final ContextVar<Context> CURRENT = ContextVar.of("opentelemetry");

  /// Stands for `null`. Not made by way of [Context#root()], which would ask for the storage.
  private static final Context NONE =
      ContextStorage.defaultStorage().root().with(ContextKey.named("none"), "");

  @Override
  public @Nullable Context current() {
    var context = CURRENT.get(NONE);
    return context == NONE ? null : context;
  }

  @Override
  public Scope attach(@Nullable Context toAttach) {
    if (toAttach == null || toAttach == current()) { // both as the default storage has it
      return Scope.noop();
    }
    return new Attached(toAttach, CURRENT.set(toAttach));
  }

  /// Not for use by two threads at once, as its token.
  private static final class Attached implements Scope {
    private final Context context;
    private @Nullable Token<Context> token; // null once closed

    Attached(Context context, Token<Context> token) {
      this.context = context;
      this.token = token;
    }

    @Override
    public void close() {
      var t = token;
      if (t == null || INSTANCE.current() != context || !reset(t)) {
        LOGGER.log(
            System.Logger.Level.DEBUG,
            "Trying to close a scope which does not represent the current context. Ignoring the call.");
        return;
      }
      token = null;
    }

    /// Whether the token belongs to the caller's context. Another task may have inherited the same
    /// span.
    private static boolean reset(Token<Context> token) {
      try {
        token.close();
        return true;
      } catch (IllegalArgumentException e) { // it is of another task's, callback's or thread's
        return false;
      }
    }
  }
}
