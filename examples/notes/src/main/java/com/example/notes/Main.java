package com.example.notes;

import static jasyncio.Asyncio.run;

import jasyncio.KeyboardInterrupt;
import jasyncio.http.AccessLog;
import jasyncio.http.Compression;
import jasyncio.http.Http;
import java.io.IOException;
import java.time.Clock;

/// Serves notes until Ctrl-C or SIGTERM.
public final class Main {
  private Main() {}

  /// @param args the port, or nothing for 8080
  /// @throws IOException if it cannot listen there
  public static void main(String[] args) throws IOException {
    int port = args.length == 0 ? 8080 : Integer.parseInt(args[0]);
    try {
      run(() -> serve(port));
    } catch (KeyboardInterrupt e) {
      System.out.println("bye");
    }
  }

  private static void serve(int port) throws IOException {
    var app =
        new Notes(Clock.systemUTC())
            .router()
            .with(AccessLog.to(System.out::println), Compression.standard());
    try (var server = Http.start(app, "127.0.0.1", port)) {
      System.out.println(
          "serving on http://127.0.0.1:" + server.port() + "/notes  (Ctrl-C ends it)");
      server.serveForever();
    }
  }
}
