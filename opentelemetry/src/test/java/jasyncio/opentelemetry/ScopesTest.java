package jasyncio.opentelemetry;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import jasyncio.Future;
import jasyncio.testing.AsyncTest;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Scopes, and what closing them does: as with OpenTelemetry's default storage.
class ScopesTest {
  private static final ContextKey<String> NAME = ContextKey.named("name");
  private static final Logger OURS = Logger.getLogger("jasyncio.opentelemetry");
  private static final Logger THEIRS =
      Logger.getLogger("io.opentelemetry.context.ThreadLocalContextStorage");

  private final List<LogRecord> logged = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          logged.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private final Context a = Context.root().with(NAME, "a");
  private final Context b = Context.root().with(NAME, "b");

  @BeforeEach
  void listen() {
    for (var logger : List.of(OURS, THEIRS)) {
      logger.setLevel(Level.FINE);
      logger.addHandler(handler);
    }
  }

  @AfterEach
  void listenNoMore() {
    for (var logger : List.of(OURS, THEIRS)) {
      logger.setLevel(null);
      logger.removeHandler(handler);
    }
  }

  static List<ContextStorage> storages() {
    return List.of(ContextStorage.defaultStorage(), JasyncioContextStorage.INSTANCE);
  }

  @Test
  void storage_ofThisProgram_isOurs() {
    var scope = JasyncioContextStorage.INSTANCE.attach(a);
    assertThat(Context.current()).isSameAs(a);
    scope.close();
    assertThat(Context.current()).isSameAs(Context.root());
    assertThat(logged).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("storages")
  void attach_andClose_restoreWhatWasThere(ContextStorage storage) {
    assertThat(storage.current()).isNull();
    try (var _ = storage.attach(a)) {
      try (var _ = storage.attach(b)) {
        assertThat(storage.current()).isSameAs(b);
      }
      assertThat(storage.current()).isSameAs(a);
    }
    assertThat(storage.current()).isNull();
    assertThat(logged).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("storages")
  void attach_ofNullOrOfWhatIsCurrent_changesNothing(ContextStorage storage) {
    try (var _ = storage.attach(a)) {
      storage.attach(null).close();
      assertThat(storage.current()).isSameAs(a);
      storage.attach(a).close();
      assertThat(storage.current()).isSameAs(a);
    }
    assertThat(logged).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("storages")
  void close_outOfOrder_hasNoEffectAndIsLogged(ContextStorage storage) {
    var outer = storage.attach(a);
    var inner = storage.attach(b);
    outer.close();
    assertThat(storage.current()).isSameAs(b);
    assertThat(logged).hasSize(1);
    inner.close();
    assertThat(storage.current()).isSameAs(a);
    outer.close(); // which is in order now
    assertThat(storage.current()).isNull();
    assertThat(logged).hasSize(1);
    outer.close();
    assertThat(logged).hasSize(2).extracting(LogRecord::getLevel).containsOnly(Level.FINE);
  }

  @AsyncTest
  @SuppressWarnings("MustBeClosedChecker") // it is closed, twice
  void close_inAnotherTask_hasNoEffectAndIsLogged() {
    var scope = Context.current().with(NAME, "maker").makeCurrent();
    await(
        createTask(() -> {
          var inherited = Context.current();
          assertThat(inherited.get(NAME)).isEqualTo("maker");
          scope.close();
          assertThat(Context.current()).isSameAs(inherited);
        }));
    assertThat(logged).hasSize(1);
    assertThat(Context.current().get(NAME)).isEqualTo("maker");
    scope.close();
    assertThat(Context.current()).isSameAs(Context.root());
    assertThat(logged).hasSize(1);
  }

  @AsyncTest
  void close_inACallbackOrThread_hasNoEffectAndIsLogged() {
    try (var scope = Context.current().with(NAME, "maker").makeCurrent()) {
      Future<Void> called = getRunningLoop().createFuture();
      getRunningLoop()
          .callSoon(() -> {
            scope.close();
            called.setResult(null);
          });
      await(called);
      assertThat(Context.current().get(NAME)).isEqualTo("maker");
      toThread(scope::close);
      assertThat(Context.current().get(NAME)).isEqualTo("maker");
      assertThat(logged).hasSize(2);
    }
    assertThat(Context.current()).isSameAs(Context.root());
    assertThat(logged).hasSize(2);
  }

  @AsyncTest
  void taskThatInherits_isNotChangedByItsMaker() {
    Future<Void> closed = getRunningLoop().createFuture();
    Future<String> seen;
    try (Scope _ = Context.current().with(NAME, "maker").makeCurrent()) {
      seen =
          createTask(() -> {
            await(closed);
            return Context.current().get(NAME);
          });
    }
    closed.setResult(null);
    assertThat(await(seen)).isEqualTo("maker");
  }
}
