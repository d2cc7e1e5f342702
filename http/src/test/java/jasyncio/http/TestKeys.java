package jasyncio.http;

import jasyncio.net.TlsContexts;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/// Certificates for tests, of `localhost`.
final class TestKeys {
  static final Path FOLDER = Path.of("../conformance/src/test/python/certificates");

  private TestKeys() {}

  static SSLContext server() throws Exception {
    return TlsContexts.server(FOLDER.resolve("cert.pem"), FOLDER.resolve("key.pem"));
  }

  /// Trusts that server, and no other.
  static SSLContext client() throws Exception {
    return TlsContexts.client(FOLDER.resolve("ca.pem"));
  }
}
