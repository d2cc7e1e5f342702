package jasyncio.net;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;

/// Whose engine a TLS test runs on.
enum TlsProvider {
  JDK,
  CONSCRYPT;

  private @Nullable Provider provider() {
    return this == JDK ? null : Holder.CONSCRYPT;
  }

  /// Apart, as it loads a native library.
  private static final class Holder {
    static final Provider CONSCRYPT = Conscrypt.newProvider();
  }

  SSLContext server(TestPki.Identity identity) {
    return server(identity, null);
  }

  /// A server that trusts clients of these authorities.
  SSLContext server(TestPki.Identity identity, @Nullable Path authorities) {
    try {
      return TlsContexts.context(
          provider(),
          TlsContexts.keyManagers(identity.chain(), identity.privateKey(), null),
          authorities == null ? null : trust(authorities));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A client that trusts the test authority.
  SSLContext client() {
    return client(null);
  }

  /// A client with a certificate.
  SSLContext client(TestPki.@Nullable Identity identity) {
    try {
      return TlsContexts.context(
          provider(),
          identity == null
              ? null
              : TlsContexts.keyManagers(identity.chain(), identity.privateKey(), null),
          trust(TestPki.get().authorities()));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private TrustManager[] trust(Path authorities) throws IOException, GeneralSecurityException {
    var managers = TlsContexts.trustManagers(authorities);
    return this == JDK
        ? managers
        : new TrustManager[] {new Translator((X509ExtendedTrustManager) managers[0])};
  }

  /// The JDK's trust manager with an engine of Conscrypt's, which has its own word for what the JDK
  /// calls the unknown key exchange of TLS 1.3.
  private static final class Translator extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager manager;

    Translator(X509ExtendedTrustManager manager) {
      this.manager = manager;
    }

    private static String translated(String authType) {
      return authType.equals("GENERIC") ? "UNKNOWN" : authType;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      manager.checkServerTrusted(chain, translated(authType), engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      manager.checkServerTrusted(chain, translated(authType), socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      manager.checkServerTrusted(chain, translated(authType));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      manager.checkClientTrusted(chain, translated(authType), engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      manager.checkClientTrusted(chain, translated(authType), socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      manager.checkClientTrusted(chain, translated(authType));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return manager.getAcceptedIssuers();
    }
  }
}
