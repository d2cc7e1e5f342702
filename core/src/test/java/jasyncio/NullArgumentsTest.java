package jasyncio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.lowlevel.Lowlevel;
import jasyncio.net.TlsOptions;
import jasyncio.queue.Queue;
import jasyncio.util.Bounded;
import jasyncio.util.Retry;
import java.io.PrintStream;
import java.lang.ScopedValue.CallableOp;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.TypeVariable;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whatever is not `@Nullable` is refused when it is null, by its name, by every public method.
@Timeout(600)
class NullArgumentsTest {
  private static final List<Class<?>> FACE =
      List.of(
          Asyncio.class,
          Context.class,
          ContextVar.class,
          Coroutine.class,
          EventLoop.class,
          ExceptionGroup.class,
          Future.class,
          LoopGroup.class,
          Lowlevel.class,
          Runner.class,
          Task.class,
          TaskGroup.class,
          jasyncio.Timeout.class);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<String> accepted = new ArrayList<>();
  private int tried;

  @Test
  void everyPublicMethod_refusesNullByName() throws Exception {
    Asyncio.run(() -> {
      for (var type : FACE) {
        for (var method : type.getDeclaredMethods()) {
          if (isPublic(method) && !method.isBridge() && !method.getName().equals("equals")) {
            tryNulls(method);
          }
        }
        for (var constructor : type.getDeclaredConstructors()) {
          if (isPublic(constructor)) {
            tryNulls(constructor);
          }
        }
      }
      for (var o : opened) {
        o.close();
      }
    });
    assertThat(accepted).isEmpty();
    assertThat(tried).isGreaterThan(100);
  }

  @Test
  @SuppressWarnings("NullAway")
  void nullAmongSeveral_isRefusedByName() {
    List<Runnable> uses =
        List.of(
            () -> new ExceptionGroup("g", Collections.singletonList(null)),
            () -> Retry.forever().on((Class<Exception>) null),
            () -> TlsOptions.of(tls()).applicationProtocols((String) null),
            () -> Queue.select(new Queue<Integer>(), null),
            () -> Bounded.gather(1, () -> 1, null),
            () -> Bounded.gather(1, Collections.singletonList(null)),
            () -> Asyncio.gather(() -> 1, null),
            () -> Asyncio.wait(Collections.<Future<?>>singletonList(null)));
    Asyncio.run(() -> {
      for (var use : uses) {
        assertThatThrownBy(use::run)
            .isInstanceOf(NullPointerException.class)
            .hasMessageMatching("\\w+");
      }
    });
  }

  private static SSLContext tls() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isPublic(Executable e) {
    return Modifier.isPublic(e.getModifiers());
  }

  private void tryNulls(Executable e) throws Exception {
    var types = e.getParameterTypes();
    for (int i = 0; i < types.length; i++) {
      boolean isValue = e.getGenericParameterTypes()[i] instanceof TypeVariable<?>;
      if (types[i].isPrimitive() || isValue || isNullable(e, i) || isNeverPossible(e)) {
        continue;
      }
      var arguments = new Object[types.length];
      for (int k = 0; k < types.length; k++) {
        arguments[k] = k == i || isNullable(e, k) ? null : sample(types[k]);
      }
      var thrown = call(e, arguments);
      tried++;
      if (!(thrown instanceof NullPointerException n
          && n.getMessage() != null
          && n.getMessage().matches("\\w+"))) {
        accepted.add(e + ", argument " + i + ": " + thrown);
      }
    }
  }

  private static boolean isNeverPossible(Executable e) {
    return e.getDeclaringClass() == Task.class && e.getName().startsWith("setE");
  }

  private static boolean isNullable(Executable e, int parameter) {
    return e.getAnnotatedParameterTypes()[parameter].isAnnotationPresent(Nullable.class);
  }

  private @Nullable Throwable call(Executable e, Object[] arguments) throws Exception {
    try {
      if (e instanceof Method m) {
        m.invoke(
            Modifier.isStatic(m.getModifiers()) ? null : sample(m.getDeclaringClass()), arguments);
      } else {
        ((java.lang.reflect.Constructor<?>) e).newInstance(arguments);
      }
      return null;
    } catch (InvocationTargetException x) {
      return x.getCause();
    }
  }

  private Object sample(Class<?> type) {
    if (type == EventLoop.class) {
      return opened(Asyncio.newEventLoop());
    } else if (type == Runner.class) {
      return opened(new Runner());
    } else if (type == LoopGroup.class) {
      return opened(LoopGroup.open(1));
    } else if (type == Coroutine.class) {
      var coroutine = new Coroutine<Integer>("c", (Awaitable<Integer, ?>) () -> 1);
      return coroutine;
    } else if (type == Future.class) {
      return Asyncio.getRunningLoop().<Integer>createFuture();
    } else if (type == Task.class) {
      return Asyncio.createTask(() -> 1);
    } else if (type == ExceptionGroup.class) {
      return new ExceptionGroup("g", List.of(new IllegalStateException()));
    } else if (type == ContextVar.class) {
      return ContextVar.of("v");
    } else if (type == Token.class) {
      return ContextVar.<Integer>of("v").set(1);
    } else if (type == Context.class) {
      return new Context();
    } else if (type == TaskGroup.class) {
      return new TaskGroup();
    } else if (type == jasyncio.Timeout.class) {
      return jasyncio.Timeout.after(1);
    } else if (type == ExecutorService.class) {
      return opened(Executors.newSingleThreadExecutor());
    }
    return simple(type);
  }

  private <C extends AutoCloseable> C opened(C closeable) {
    opened.add(closeable);
    return closeable;
  }

  private static Object simple(Class<?> type) {
    if (type == double.class) {
      return 0.001;
    } else if (type == int.class) {
      return 1;
    } else if (type == boolean.class) {
      return true;
    } else if (type == Duration.class) {
      return Duration.ofMillis(1);
    } else if (type == String.class) {
      return "INT";
    } else if (type == Class.class) {
      return Exception.class;
    } else if (type == Awaitable.class) {
      return (Awaitable<Integer, ?>) () -> 1;
    } else if (type == Awaitable[].class) {
      return new Awaitable<?, ?>[] {() -> 1};
    } else if (type == Action.class) {
      return (Action<?>) () -> {};
    } else if (type == Action[].class) {
      return new Action<?>[] {() -> {}};
    } else if (type == Callable.class) {
      return (Callable<Integer>) () -> 1;
    } else if (type == Runnable.class) {
      return (Runnable) () -> {};
    } else if (type == Consumer.class) {
      return (Consumer<Object>) x -> {};
    } else if (type == Predicate.class) {
      return (Predicate<Object>) x -> true;
    } else if (type == TaskGroup.VoidBody.class) {
      return (TaskGroup.VoidBody) g -> {};
    } else if (type == TaskGroup.Body.class) {
      return (TaskGroup.Body<Integer>) g -> 1;
    } else if (type == jasyncio.Timeout.Body.class) {
      return (jasyncio.Timeout.Body) t -> {};
    } else if (type == Asyncio.TaskConstructor.class) {
      return (Asyncio.TaskConstructor) Task::new;
    }
    return plain(type);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // they are done
  private static Object plain(Class<?> type) {
    if (type.isEnum()) {
      return type.getEnumConstants()[0];
    } else if (type == TaskOptions.class) {
      return TaskOptions.defaults();
    } else if (type == RunOptions.class) {
      return RunOptions.defaults();
    } else if (type == ErrorContext.class) {
      return ErrorContext.of("nothing");
    } else if (type == PrintStream.class) {
      return new PrintStream(PrintStream.nullOutputStream());
    } else if (type == CompletionStage.class || type == CompletableFuture.class) {
      return CompletableFuture.completedFuture(1);
    } else if (type == java.util.concurrent.Future.class) {
      return CompletableFuture.completedFuture(1);
    } else if (type == Collection.class) {
      return List.of(Asyncio.getRunningLoop().<Integer>createFuture());
    } else if (type == List.class) {
      return List.of(new IllegalStateException());
    } else if (type == Throwable.class) {
      return new IllegalStateException();
    } else if (type == CallableOp.class) {
      return (CallableOp<Integer, RuntimeException>) () -> 1;
    } else if (type == ExceptionGroup.Handler.class) {
      return (ExceptionGroup.Handler<Throwable>) e -> {};
    } else if (type == TaskGroup.StartBody.class) {
      return (TaskGroup.StartBody<Integer, RuntimeException>) ready -> ready.started(1);
    } else if (type == Executor.class) {
      return (Executor) Runnable::run;
    } else if (type == Object.class) {
      return "x";
    }
    throw new AssertionError("no sample of " + type);
  }
}
