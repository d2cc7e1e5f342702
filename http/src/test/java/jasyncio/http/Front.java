package jasyncio.http;

import jasyncio.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A server of others that stands in front of ours and hands on what it gets, over connections that
/// it keeps.
final class Front implements AutoCloseable {
  private static final int MOST_TRIES = 500; // 20 ms each, to see that it listens

  /// Which one.
  enum Kind {
    NGINX("nginx") {
      @Override
      String settings(Path folder, int port, int back) {
        return """
        daemon off;
        master_process off;
        pid $folder/pid;
        error_log $folder/log;
        events {}
        http {
          access_log off;
          client_body_temp_path $folder/a;
          proxy_temp_path $folder/b;
          fastcgi_temp_path $folder/c;
          uwsgi_temp_path $folder/d;
          scgi_temp_path $folder/e;
          client_header_timeout 2s;
          client_body_timeout 2s;
          upstream back { server 127.0.0.1:$back; keepalive 4; }
          server {
            listen 127.0.0.1:$port;
            location / {
              proxy_pass http://back;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header Host $http_host;
              proxy_request_buffering off;
              proxy_ignore_client_abort on;
              proxy_next_upstream off;
            }
          }
        }
        """;
      }

      @Override
      List<String> arguments(Path file) {
        return List.of("-c", file.toString());
      }
    },
    HAPROXY("haproxy") {
      @Override
      String settings(Path folder, int port, int back) {
        return """
        defaults
          mode http
          timeout connect 2s
          timeout client 2s
          timeout server 5s
          retries 0
        frontend front
          bind 127.0.0.1:$port
          default_backend back
        backend back
          http-reuse always
          server back 127.0.0.1:$back
        """;
      }

      @Override
      List<String> arguments(Path file) {
        return List.of("-db", "-f", file.toString());
      }
    },
    APACHE("apache2") {
      @Override
      String settings(Path folder, int port, int back) {
        return """
        ServerRoot $folder
        ServerName front
        DefaultRuntimeDir $folder
        PidFile $folder/pid
        ErrorLog $folder/log
        User www-data
        Group www-data
        Listen 127.0.0.1:$port
        LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
        LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
        LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
        LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
        Timeout 2
        KeepAliveTimeout 2
        ProxyPreserveHost On
        AllowEncodedSlashes NoDecode
        ProxyPass / http://127.0.0.1:$back/ nocanon
        """;
      }

      @Override
      List<String> arguments(Path file) {
        return List.of("-X", "-f", file.toString());
      }
    },
    LIGHTTPD("lighttpd") {
      @Override
      String settings(Path folder, int port, int back) {
        return """
        server.bind = "127.0.0.1"
        server.port = $port
        server.document-root = "$folder"
        server.errorlog = "$folder/log"
        server.upload-dirs = ("$folder")
        server.max-read-idle = 2
        server.max-keep-alive-idle = 2
        server.stream-request-body = 1
        server.modules = ("mod_proxy")
        proxy.server = ("" => (("host" => "127.0.0.1", "port" => $back)))
        """;
      }

      @Override
      List<String> arguments(Path file) {
        return List.of("-D", "-f", file.toString());
      }
    };

    private final String program;

    Kind(String program) {
      this.program = program;
    }

    /// What its file of settings has.
    abstract String settings(Path folder, int port, int back);

    abstract List<String> arguments(Path file);

    Optional<Path> find() {
      return Peer.find(program);
    }
  }

  private final Process process;
  private final int port;

  private Front(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /// Starts one, and waits until it listens.
  ///
  /// @param folder for all that it writes
  /// @param back the port of the server behind it
  static Front start(Kind kind, Path folder, int back) {
    int port = Ports.free();
    try {
      var file = folder.resolve("settings");
      Files.writeString(
          file,
          kind.settings(folder, port, back)
              .replace("$folder", folder.toString())
              .replace("$port", String.valueOf(port))
              .replace("$back", String.valueOf(back)));
      var command = new ArrayList<String>();
      command.add(kind.find().orElseThrow().toString());
      command.addAll(kind.arguments(file));
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("output").toFile())
              .start();
      var front = new Front(process, port);
      front.awaitListening(folder.resolve("output"));
      return front;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitListening(Path output) throws IOException {
    for (int i = 0; !isListening(); i++) {
      if (isEnded() || i == MOST_TRIES) {
        close();
        throw new IOException("the front does not listen: " + Files.readString(output));
      }
    }
  }

  private boolean isListening() {
    try (var socket = connect()) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /// Waits a little for its end.
  private boolean isEnded() {
    try {
      return process.waitFor(20, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
