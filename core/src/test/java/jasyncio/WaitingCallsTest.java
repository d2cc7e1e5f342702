package jasyncio;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelEverywhere.Scenario;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every method of the public API either has a scenario that cancels it everywhere, or is known not
/// to wait. A new method has to be entered on one side.
class WaitingCallsTest {
  private static final Set<String> PACKAGES =
      Set.of(
          "",
          "files",
          "generator",
          "gevent",
          "inspect",
          "lowlevel",
          "net",
          "process",
          "queue",
          "sync",
          "util");

  /// What does not suspend the coroutine that calls it. A star stands for all methods.
  private static final String DOES_NOT_WAIT =
      """
      Acquirable: release
      Action: *
      AsyncFile: isOpen path position
      Asyncio: allTasks comesFromInterrupt copyContext coroutine createEagerTaskFactory createTask
      Asyncio: currentTask eagerTaskFactory ensureFuture getEventLoop getRunningLoop newEventLoop
      Asyncio: runCoroutineThreadsafe setEventLoop wrapFuture
      AsyncGenerator: name state
      Barrier: broken getName nWaiting setName parties statistics
      BaseProtocol: *
      BaseTransport: *
      BoundedSemaphore: release
      BufferedProtocol: *
      Cancellation: *
      CancelledError: *
      CapacityLimiter: availableTokens borrowedTokens release releaseOnBehalfOf setTotalTokens
      CapacityLimiter: getName setName statistics totalTokens tryAcquire tryAcquireOnBehalfOf
      ClientHandler: *
      Condition: getName locked release setName statistics
      Context: contains copy copyContext get size
      ContextManager: of
      ContextVar: *
      Correlator: answer close fail size
      Coroutine: name state
      DatagramProtocol: *
      DatagramStream: close isClosing localAddress remoteAddress transport
      DatagramTransport: *
      Entered: value
      Event: clear getName isSet set setName statistics
      EventLoop: addSignalHandler callAt callExceptionHandler callLater callSoon callSoonThreadsafe
      EventLoop: call close create createFuture createFutureFor createTask
      EventLoop: defaultExceptionHandler fibers getBlockingPolicy getDebug
      EventLoop: getExceptionHandler getSlowCallbackDuration getStallLimit getTaskFactory isClosed
      EventLoop: isRunning removeSignalHandler running setBlockingPolicy setDebug
      EventLoop: setDefaultExecutor setExceptionHandler setSlowCallbackDuration setStallLimit
      EventLoop: setTaskFactory statistics stop time
      ExceptionGroup: *
      ExceptionHandler: *
      ExitStack: callback popAll push
      FlowControlMixin: *
      FlowItems: close
      Flows: *
      Future: addDoneCallback awaitedBy cancel cancellation cancelled done exception getLoop removeDoneCallback
      Future: result setException setResult toCompletableFuture
      Generator: name state
      Generators: *
      Handle: *
      Held: *
      IncompleteReadException: *
      LimitOverrunException: *
      LineHandler: *
      Lock: getName locked release setName statistics
      LoopGroup: leastLoaded loops open submit
      LoopInfo: *
      Lowlevel: busyTime callWhenIdle cancelOnce coroutine forgetAsyncgen measureLag
      Lowlevel: registerAsyncgen setStallHandler stopNow
      Place: leave woken
      Point: at
      Probe: *
      ProbeMBean: *
      RateLimiter: tryAcquire
      Readiness: started
      Process: kill pid returncode sendSignal stderr stdin stdout terminate
      ProcessOptions: *
      Protocol: *
      Queue: empty full getName getNowait isShutdown maxsize putNowait qsize setName statistics
      ReadTransport: *
      Retry: attempts beforeRetry deadline delay factor forever jitter maxDelay on onlyIf
      Semaphore: getName locked release setName statistics
      Server: abortClients address addresses closeClients getLoop isServing port sockets statistics
      SharedServer: address port servers
      Sockets: addReader addWriter removeReader removeWriter
      Stdio: *
      StopIteration: *
      StreamReader: atEof exception feedData feedEof setTransport
      StreamReaderProtocol: *
      StreamWriter: canWriteEof close getExtraInfo isClosing localAddress remoteAddress transport
      StreamWriter: write writeEof writelines
      SubprocessProtocol: *
      SubprocessTransport: *
      SystemExit: *
      Task: cancel cancelling getContext getCoro getName getStack printStack setException setName
      Task: setResult uncancel waitsFor
      TaskConstructor: *
      TaskFactory: *
      TaskInfo: *
      TaskGroup: createTask
      ThreadsafeQueue: blocking empty full getName getNowait isShutdown maxsize putNowait
      ThreadsafeQueue: qsize setName statistics
      Timeout: after at expired reason reschedule when
      TimerHandle: *
      TlsContexts: *
      TlsOptions: *
      TlsTransport: *
      Token: *
      TwoWayGenerator: result
      TwoWayYielder: yield
      WaitInfo: *
      WaitList: *
      WriteTransport: *
      Yielder: yield
      gevent.AsyncResult: accept exception getNowait ready set setException successful value
      gevent.BoundedSemaphore: release
      gevent.Event: clear isSet ready set
      gevent.Gevent: getHub getcurrent spawn spawnLater spawnRaw
      gevent.Greenlet: dead exception exit getName getNowait link linkException linkValue of ready
      gevent.Greenlet: setName start startLater started successful unlink value
      gevent.Group: add contains discard full isEmpty iterator size spawn start
      gevent.Hold: *
      gevent.Hub: keepAlive loop
      gevent.Linkable: *
      gevent.Mapper: *
      gevent.Monkey: isModulePatched isPatched patchAll
      gevent.Permit: *
      gevent.Pool: freeCount full
      gevent.Queue: empty full getNowait putNowait qsize taskDone
      gevent.RLock: locked release
      gevent.Semaphore: acquireNowait counter locked release
      gevent.Timeout: cancel close pending seconds start startNew
      """;

  /// What has no scenario for another reason: it runs a loop and waits with its thread, it runs
  /// what it is given, it drives a coroutine by hand, or it takes the streams of this very process.
  private static final String APART =
      """
      Asyncio: run
      Asyncio: uninterrupted
      Blocking: *
      Body: *
      Context: run
      Coroutine: close send throwError
      EventLoop: runForever runUntilComplete
      Exit: *
      Handler: *
      Lowlevel: emit relieveStack suspend suspendFor
      Mapper: *
      Method: *
      Opening: *
      Runner: *
      Scope: *
      Source: *
      StartBody: *
      Streams: standardStreams stderr stdin stdout
      VoidBody: *
      gevent.Hub: destroy join
      gevent.Monkey: original
      """;

  @Test
  void everyMethod_isCancelledEverywhere_orDoesNotWait() throws Exception {
    var known = new TreeSet<>(cancelled());
    known.addAll(doNotWait());
    assertThat(publicMethods(false))
        .as("that wait perhaps, and have no scenario")
        .isSubsetOf(known);
  }

  @Test
  void theLists_nameNothingElse_andNothingTwice() throws Exception {
    assertThat(cancelled()).doesNotContainAnyElementsOf(doNotWait());
    var all = publicMethods(true);
    assertThat(doNotWait()).isSubsetOf(all);
    assertThat(cancelled()).isSubsetOf(all);
  }

  private static Set<String> cancelled() {
    return Stream.of(
            CancelCoreTest.scenarios(),
            CancelSyncTest.scenarios(),
            CancelUtilTest.scenarios(),
            CancelQueueTest.scenarios(),
            CancelGeneratorTest.scenarios(),
            CancelStreamTest.scenarios(),
            CancelSocketTest.scenarios(),
            CancelConnectionTest.scenarios(),
            CancelFileTest.scenarios(),
            CancelProcessTest.scenarios(),
            CancelGeventTest.scenarios())
        .flatMap(Collection::stream)
        .map(Scenario::calls)
        .flatMap(Collection::stream)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> doNotWait() throws Exception {
    var all = new TreeSet<String>();
    for (var line : (DOES_NOT_WAIT + APART).lines().toList()) {
      var type = line.substring(0, line.indexOf(':'));
      for (var method : line.substring(type.length() + 1).strip().split(" ", -1)) {
        if (method.equals("*")) {
          publicMethods(false).stream().filter(m -> m.startsWith(type + ".")).forEach(all::add);
        } else {
          all.add(type + "." + method);
        }
      }
    }
    return all;
  }

  /// The methods that a program can call, like `Queue.get`; those of gevent like
  /// `gevent.Queue.get`.
  private static Set<String> publicMethods(boolean inherited) throws Exception {
    var methods = new TreeSet<String>();
    var root = Path.of(Asyncio.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (var files = Files.walk(root.resolve("jasyncio"))) {
      for (var file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        var name = root.relativize(file).toString().replace('/', '.').replace(".class", "");
        var pack = name.substring("jasyncio".length(), name.lastIndexOf('.'));
        if (PACKAGES.contains(pack.isEmpty() ? "" : pack.substring(1)) && !name.endsWith("-info")) {
          var type = Class.forName(name, false, Asyncio.class.getClassLoader());
          if (isPublic(type) && !type.isRecord() && !type.isEnum()) {
            var prefix = (pack.equals(".gevent") ? "gevent." : "") + type.getSimpleName() + ".";
            Arrays.stream(type.getMethods())
                .filter(m -> m.getDeclaringClass().getName().startsWith("jasyncio."))
                .filter(m -> !m.isSynthetic() && (inherited || isOf(type, m)))
                .map(Method::getName)
                .filter(m -> !Set.of("toString", "equals", "hashCode").contains(m))
                .forEach(m -> methods.add(prefix + m));
          }
        }
      }
    }
    return methods;
  }

  /// Whether it is declared there, or above it in a class that nobody sees.
  private static boolean isOf(Class<?> type, Method method) {
    var above = type.getSuperclass();
    return method.getDeclaringClass() == type
        || (!isPublic(method.getDeclaringClass()) && (above == null || !isPublic(above)));
  }

  private static boolean isPublic(Class<?> type) {
    return Modifier.isPublic(type.getModifiers())
        && (type.getDeclaringClass() == null || isPublic(type.getDeclaringClass()))
        && !type.isAnonymousClass()
        && !type.isLocalClass();
  }
}
