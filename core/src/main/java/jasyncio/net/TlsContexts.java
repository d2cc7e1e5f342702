package jasyncio.net;

import jasyncio.internal.net.Pem;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Makes TLS contexts of PEM files, as `ssl.SSLContext` does in Python; for [TlsOptions#of].
///
/// Keys may be RSA, EC or EdDSA, in PKCS#8 or OpenSSL's traditional form. Reads files, so call it
/// at the start of a program, or by [toThread][jasyncio.Asyncio#toThread]. Any thread.
///
/// All functions throw `IOException` if a file cannot be read, and `GeneralSecurityException` if
/// what is in it is no certificate or key, or the two do not belong together.
public final class TlsContexts {
  private static final char[] NO_PASSWORD = {};

  private TlsContexts() {}

  /// {@return a context for clients, which trusts what the JVM trusts} Python:
  /// `ssl.create_default_context()`.
  ///
  /// @throws GeneralSecurityException if this JVM has no TLS
  public static SSLContext client() throws GeneralSecurityException {
    return context(null, null, null);
  }

  /// {@return a context for clients, which trusts these authorities alone} Python:
  /// `ssl.create_default_context(cafile=…)`.
  ///
  /// @param authorities a PEM file with certificates
  /// @throws IOException if a file cannot be read
  /// @throws GeneralSecurityException if what is in it is no certificate
  public static SSLContext client(Path authorities) throws IOException, GeneralSecurityException {
    return context(null, null, trustManagers(authorities));
  }

  /// {@return a context for clients that show a certificate, and trust these authorities alone}
  ///
  /// @param authorities a PEM file with certificates
  /// @param chain a PEM file with the client's certificate, and then those that lead to its
  ///   authority
  /// @param privateKey a PEM file with the key of the client's certificate
  /// @throws IOException if a file cannot be read
  /// @throws GeneralSecurityException if what is in it is no certificate or key
  public static SSLContext client(Path authorities, Path chain, Path privateKey)
      throws IOException, GeneralSecurityException {
    return context(null, keyManagers(chain, privateKey, null), trustManagers(authorities));
  }

  /// {@return a context for clients that believe everybody} Whoever sits in the middle of the
  /// connection can read and change everything. For tests. Python:
  /// `ssl._create_unverified_context()`.
  ///
  /// @throws GeneralSecurityException if this JVM has no TLS
  public static SSLContext insecureClient() throws GeneralSecurityException {
    return context(null, null, new TrustManager[] {new Credulous()});
  }

  /// {@return a context for servers} Python: `SSLContext.load_cert_chain`.
  ///
  /// @param chain a PEM file with the server's certificate, and then those that lead to its
  ///   authority
  /// @param privateKey a PEM file with the key of the server's certificate
  /// @throws IOException if a file cannot be read
  /// @throws GeneralSecurityException if what is in it is no certificate or key
  public static SSLContext server(Path chain, Path privateKey)
      throws IOException, GeneralSecurityException {
    return context(null, keyManagers(chain, privateKey, null), null);
  }

  /// {@return a context for servers that trust clients' certificates of these authorities} To ask
  /// for the certificates, use [TlsOptions#parameters] with `setNeedClientAuth(true)`.
  ///
  /// @param chain a PEM file with the server's certificate, and then those that lead to its
  ///   authority
  /// @param privateKey a PEM file with the key of the server's certificate
  /// @param clientAuthorities a PEM file with certificates
  /// @throws IOException if a file cannot be read
  /// @throws GeneralSecurityException if what is in it is no certificate or key
  public static SSLContext server(Path chain, Path privateKey, Path clientAuthorities)
      throws IOException, GeneralSecurityException {
    return context(null, keyManagers(chain, privateKey, null), trustManagers(clientAuthorities));
  }

  /// Keys for an `SSLContext` of one's own, or of another provider.
  ///
  /// @param chain a PEM file with the certificate, and then those that lead to its authority
  /// @param privateKey a PEM file with the certificate's key; may be the same file
  /// @param password of an encrypted key, or `null`
  /// @return what `SSLContext.init` takes
  /// @throws IOException if a file cannot be read
  /// @throws GeneralSecurityException if what is in it is no certificate or key, or the password is
  ///   wrong or missing
  public static KeyManager[] keyManagers(Path chain, Path privateKey, char @Nullable [] password)
      throws IOException, GeneralSecurityException {
    Objects.requireNonNull(chain, "chain");
    Objects.requireNonNull(privateKey, "privateKey");
    var certificates = Pem.certificates(chain).toArray(X509Certificate[]::new);
    var key = Pem.privateKey(privateKey, certificates[0], password);
    var store = emptyStore();
    store.setKeyEntry("key", key, NO_PASSWORD, certificates);
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  /// Trust for an `SSLContext` of one's own, or of another provider.
  ///
  /// @param authorities a PEM file with certificates
  /// @return what `SSLContext.init` takes
  /// @throws IOException if a file cannot be read
  /// @throws GeneralSecurityException if what is in it is no certificate
  public static TrustManager[] trustManagers(Path authorities)
      throws IOException, GeneralSecurityException {
    Objects.requireNonNull(authorities, "authorities");
    var store = emptyStore();
    int number = 0;
    for (var certificate : Pem.certificates(authorities)) {
      store.setCertificateEntry("authority" + number++, certificate);
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }

  static SSLContext context(
      @Nullable Provider provider, KeyManager @Nullable [] keys, TrustManager @Nullable [] trust)
      throws GeneralSecurityException {
    var context =
        provider == null ? SSLContext.getInstance("TLS") : SSLContext.getInstance("TLS", provider);
    context.init(keys, trust, null);
    return context;
  }

  /// Believes everybody. The extended class, as the JDK would else check host names by itself.
  private static final class Credulous extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
