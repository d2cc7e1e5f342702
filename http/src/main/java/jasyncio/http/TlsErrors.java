package jasyncio.http;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/// Says with whom TLS has failed, and what to do. The JDK says what was wrong alone, as it does not
/// know for what the connection was.
final class TlsErrors {
  private TlsErrors() {}

  /// The error once more, of the same kind as far as programs tell them apart.
  ///
  /// @param where with whom, such as `https://example.org`
  static SSLException explained(SSLException e, String where) {
    var said = String.valueOf(e.getMessage());
    var sentence = "TLS with " + where + " failed: " + said + advice(said);
    var explained =
        e instanceof SSLHandshakeException
            ? new SSLHandshakeException(sentence)
            : new SSLException(sentence);
    explained.initCause(e);
    return explained;
  }

  private static String advice(String said) {
    if (said.contains("PKIX") || said.contains("trust anchor")) {
      return "; its certificate is signed by nobody whom this Java trusts: if it is to be trusted,"
          + " connect with tls(TlsContexts.client(authorities))";
    } else if (said.contains("plaintext connection")) {
      return "; the server does not speak TLS at this port: ask it without, or at another port";
    }
    return "";
  }
}
