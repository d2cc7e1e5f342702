package jasyncio.opentelemetry;

import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.ContextStorageProvider;

/// Has OpenTelemetry keep its current context in jasyncio's [Context][jasyncio.Context], so that a
/// span that is current in a coroutine is so after the next await, too, and nowhere else.
///
/// OpenTelemetry finds this class by itself, through [java.util.ServiceLoader]. There is nothing to
/// call: a program goes on with `span.makeCurrent()` and `Context.current()`.
///
/// What holds for a [ContextVar][jasyncio.ContextVar] holds for the current span:
///
/// | where | what is current |
/// | --- | --- |
/// | after an await | what was before |
/// | in a task, also one of `gather` and `TaskGroup` | what was where the task was made |
/// | in a callback of `callSoon`, `callLater`, `callSoonThreadsafe` or `addDoneCallback` | what was where it was added |
/// | in a call by `toThread` | what is in the calling coroutine |
/// | in a call by `runInExecutor` | nothing, as in asyncio; wrap the executor with `Context.taskWrapping` |
/// | in a generator, or a coroutine that is awaited or driven by hand | what is in whoever drives it |
/// | in the main coroutine of `run` | what is on the calling thread |
///
/// A task or callback that makes another span current does so for itself alone. Under
/// [BlockingPolicy#SWITCH][jasyncio.BlockingPolicy#SWITCH], too: while one task blocks, the others
/// see their own.
///
/// On a thread without a loop the current context is a thread local, as it is with OpenTelemetry's
/// default storage.
///
/// **Closing a scope** has no effect and is logged, as there, if its context is not the current
/// one, or if it was closed before; and if it is closed by another task or callback than the one
/// that opened it. The logger is `jasyncio.opentelemetry`, the level
/// [DEBUG][java.lang.System.Logger.Level#DEBUG]. Close the scope where it was opened, and end the
/// span anywhere.
///
/// **Other storages.** Wrappers of `ContextStorage.addWrapper`, and the strict one of
/// `-Dio.opentelemetry.context.enableStrictContext=true`, lie around this one. With several
/// providers, OpenTelemetry uses its default storage, unless
/// `-Dio.opentelemetry.context.contextStorageProvider` names one: that is this class's full name,
/// or `default` for the default storage. The Java agent of OpenTelemetry brings a storage of its
/// own, which no provider replaces: with it, this class has no effect.
@SuppressWarnings("exports") // whoever uses it has OpenTelemetry, whose modules are automatic
public final class JasyncioContextStorageProvider implements ContextStorageProvider {
  /// For OpenTelemetry.
  public JasyncioContextStorageProvider() {}

  /// {@return the storage; one for all}
  @Override
  public ContextStorage get() {
    return JasyncioContextStorage.INSTANCE;
  }
}
