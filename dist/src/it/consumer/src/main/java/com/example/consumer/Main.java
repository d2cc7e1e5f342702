package com.example.consumer;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.run;
import static jasyncio.Asyncio.sleep;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import jasyncio.Future;
import jasyncio.http.HttpClient;
import jasyncio.http.Response;
import jasyncio.http.Router;
import jasyncio.kotlin.LoopDispatcherKt;
import jasyncio.micrometer.EventLoopMetrics;
import jasyncio.slf4j.MdcContext;
import kotlin.coroutines.EmptyCoroutineContext;
import org.slf4j.MDC;

/// Uses a little of each library, and prints what came of it.
public final class Main {
  private static final ContextKey<String> USER = ContextKey.named("user");

  private Main() {}

  /// @param args nothing
  /// @throws Exception if something fails
  public static void main(String[] args) throws Exception {
    MdcContext.install();
    run(() -> {
      System.out.println("fibers: " + getRunningLoop().fibers());
      System.out.println("http: " + http());
      System.out.println("micrometer: " + meters());
      System.out.println("opentelemetry: " + currentUser());
      System.out.println("slf4j: " + currentRequest());
      System.out.println("kotlin: " + dispatched());
    });
  }

  static String http() throws Exception {
    var app = new Router().get("/hello", request -> Response.text("hello"));
    try (var client = HttpClient.of(app)) {
      return client.get("http://any/hello").send().text();
    }
  }

  private static boolean meters() {
    var registry = new SimpleMeterRegistry();
    try (var metrics = EventLoopMetrics.monitor(registry, getRunningLoop(), "main")) {
      return metrics != null && !registry.getMeters().isEmpty();
    }
  }

  /// What was made current is so in a task, too, and in there after an await.
  private static String currentUser() {
    try (var scope = Context.current().with(USER, "ada").makeCurrent()) {
      return await(
          createTask(() -> {
            sleep(0.001);
            return Context.current().get(USER);
          }));
    }
  }

  /// What Kotlin's coroutines do by a dispatcher.
  private static String dispatched() {
    var loop = getRunningLoop();
    Future<String> done = loop.createFuture();
    LoopDispatcherKt.asCoroutineDispatcher(loop)
        .dispatch(EmptyCoroutineContext.INSTANCE, () -> done.setResult("dispatched"));
    return await(done);
  }

  private static String currentRequest() {
    MDC.put("request", "7");
    return await(
        createTask(() -> {
          sleep(0.001);
          return MDC.get("request");
        }));
  }
}
