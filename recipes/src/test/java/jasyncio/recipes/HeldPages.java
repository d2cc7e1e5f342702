package jasyncio.recipes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/// A server whose pages say their own path. One of them, `/held`, is answered when the test says
/// so.
public final class HeldPages implements AutoCloseable {
  private final ServerSocket listener;
  private final CompletableFuture<Void> asked = new CompletableFuture<>();
  private final CompletableFuture<Void> released = new CompletableFuture<>();
  private final CompletableFuture<Void> hungUp = new CompletableFuture<>();

  /// A server that listens.
  public HeldPages() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::accept);
  }

  /// The address of a page.
  public String url(String path) {
    return "http://127.0.0.1:" + listener.getLocalPort() + path;
  }

  /// Done when `/held` was asked for.
  public CompletableFuture<Void> asked() {
    return asked;
  }

  /// Done when whoever has asked for `/held` has closed the connection.
  public CompletableFuture<Void> hungUp() {
    return hungUp;
  }

  /// Answers those who have asked for `/held`, or will.
  public void release() {
    released.complete(null);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    try {
      while (true) {
        var socket = listener.accept();
        Thread.ofPlatform().daemon().start(() -> serve(socket));
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void serve(Socket socket) {
    try (socket;
        var in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
      var path = in.readLine().split(" ", -1)[1];
      while (!in.readLine().isEmpty()) {} // the headers
      if (!path.equals("/held")) {
        answer(socket, path);
        return;
      }
      asked.complete(null);
      var answered = released.thenRun(() -> answer(socket, path));
      if (in.read() < 0 && !answered.isDone()) {
        hungUp.complete(null);
      }
    } catch (IOException e) {
      hungUp.complete(null); // reset
    }
  }

  private static void answer(Socket socket, String path) {
    var head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + path.length();
    try {
      socket
          .getOutputStream()
          .write((head + "\r\n\r\n" + path).getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
    } catch (IOException e) {
      return; // they have gone
    }
  }
}
