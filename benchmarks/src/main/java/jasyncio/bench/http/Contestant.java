package jasyncio.bench.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is compared: how it is started, and what it can do.
///
/// @param name its name in the results
/// @param command what starts it; `serve PORT`, `serve-tls PORT` or `client URL` is added
/// @param workloads what it can do
record Contestant(String name, List<String> command, Set<String> workloads) {
  private static final Set<String> HTTP1 = Set.of("http", "http.pipeline", "json", "static");

  /// All, as the script has found and built them.
  ///
  /// @param java what starts a JVM, with its options
  /// @param own the class path of jasyncio
  /// @param peers that of the others
  /// @param python an interpreter with aiohttp, uvicorn and uvloop, or `null`
  /// @param scripts where the programs for it are
  static List<Contestant> all(
      List<String> java, String own, String peers, @Nullable String python, String scripts) {
    var all = new ArrayList<Contestant>();
    all.add(
        of(
            "jasyncio",
            jvm(java, own, "jasyncio.bench.http.HttpPeer"),
            "websocket http2 client idle idle.tls latency"));
    var other = System.getenv("BENCH_OTHER");
    if (other != null) {
      all.add(
          of(
              "other",
              jvm(java, other, "jasyncio.bench.http.HttpPeer"),
              "websocket http2 client idle idle.tls latency"));
    }
    for (var kind : List.of("nio", "epoll")) {
      all.add(
          of(
              "netty-" + kind,
              jvm(java, peers, "jasyncio.bench.peers.NettyServer", kind),
              "websocket http2 idle idle.tls latency"));
    }
    for (var kind : List.of("nio", "epoll")) {
      all.add(
          of(
              "vertx-" + kind,
              jvm(java, peers, "jasyncio.bench.peers.VertxServer", kind),
              "websocket http2 idle latency"));
    }
    all.add(
        of(
            "helidon",
            jvm(java, peers, "jasyncio.bench.peers.HelidonServer"),
            "websocket http2 idle latency"));
    all.add(of("jdk", jvm(java, peers, "jasyncio.bench.peers.JdkServer"), ""));
    for (var kind : List.of("nio", "epoll")) {
      all.add(client("netty-" + kind, jvm(java, peers, "jasyncio.bench.peers.NettyClient", kind)));
    }
    for (var kind : List.of("nio", "epoll")) {
      all.add(client("vertx-" + kind, jvm(java, peers, "jasyncio.bench.peers.VertxClient", kind)));
    }
    all.add(client("jdk", jvm(java, peers, "jasyncio.bench.peers.JdkClient")));
    if (python != null) {
      all.add(
          of(
              "aiohttp",
              List.of(python, scripts + "/aiohttp_server.py", "asyncio"),
              "websocket client"));
      all.add(of("uvicorn", List.of(python, scripts + "/uvicorn_server.py"), "websocket"));
    }
    return all;
  }

  private static List<String> jvm(
      List<String> java, String classPath, String main, String... arguments) {
    var command = new ArrayList<>(java);
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(List.of(arguments));
    return command;
  }

  private static Contestant of(String name, List<String> command, String more) {
    var workloads = new java.util.TreeSet<>(HTTP1);
    workloads.addAll(List.of(more.split(" ", -1)));
    return new Contestant(name, command, workloads);
  }

  private static Contestant client(String name, List<String> command) {
    return new Contestant(name, command, Set.of("client"));
  }

  List<String> command(String kind, String where) {
    var all = new ArrayList<>(command);
    all.add(kind);
    all.add(where);
    return all;
  }
}
