package jasyncio.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.internal.net.Pem;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsContextsTest {
  @TempDir Path directory;

  private static TestPki.Identity identity(KeyPair key) {
    return TestPki.get().issue(key, "localhost");
  }

  /// The one key of a context's key manager.
  private static byte[] keyOf(Path chain, Path privateKey, String password) throws Exception {
    var managers =
        TlsContexts.keyManagers(
            chain, privateKey, password == null ? null : password.toCharArray());
    return ((X509KeyManager) managers[0]).getPrivateKey("key").getEncoded();
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void key_isReadInPkcs8(String algorithm) throws Exception {
    var key = TestPki.newKey(algorithm);
    var identity = identity(key);
    assertThat(keyOf(identity.chain(), identity.privateKey(), null))
        .isEqualTo(key.getPrivate().getEncoded());
    assertThat(TlsContexts.server(identity.chain(), identity.privateKey()).getProtocol())
        .isEqualTo("TLS");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA"})
  void key_isReadInOpenSslsTraditionalForm(String algorithm) throws Exception {
    var key = TestPki.newKey(algorithm);
    var pkcs8 = key.getPrivate().getEncoded();
    var file = TestPki.get().write(algorithm + " PRIVATE KEY", contentOf(pkcs8));
    assertThat(keyOf(identity(key).chain(), file, null)).isEqualTo(pkcs8);
  }

  /// PKCS#8 without its wrapping: the last value in it.
  private static byte[] contentOf(byte[] pkcs8) {
    for (int i = 10; i < pkcs8.length; i++) { // an octet string that reaches to the end
      if (pkcs8[i] != 0x04) {
        continue;
      }
      int header = pkcs8[i + 1] >= 0 ? 2 : 2 + (pkcs8[i + 1] & 0x7f);
      int length = pkcs8[i + 1] >= 0 ? pkcs8[i + 1] : 0;
      for (int k = 2; k < header; k++) {
        length = (length << 8) | (pkcs8[i + k] & 0xff);
      }
      if (i + header + length == pkcs8.length) {
        return Arrays.copyOfRange(pkcs8, i + header, pkcs8.length);
      }
    }
    throw new AssertionError();
  }

  @Test
  void encryptedKey_needsItsPassword() throws Exception {
    var key = TestPki.newKey("EC");
    var algorithm = "PBEWithSHA1AndDESede";
    var secret =
        SecretKeyFactory.getInstance(algorithm)
            .generateSecret(new PBEKeySpec("open".toCharArray()));
    var cipher = Cipher.getInstance(algorithm);
    cipher.init(Cipher.ENCRYPT_MODE, secret);
    var info =
        new EncryptedPrivateKeyInfo(
            cipher.getParameters(), cipher.doFinal(key.getPrivate().getEncoded()));
    var file = TestPki.get().write("ENCRYPTED PRIVATE KEY", info.getEncoded());
    var chain = identity(key).chain();
    assertThat(keyOf(chain, file, "open")).isEqualTo(key.getPrivate().getEncoded());
    assertThatThrownBy(() -> keyOf(chain, file, "sesame"))
        .isInstanceOf(GeneralSecurityException.class);
    assertThatThrownBy(() -> keyOf(chain, file, null))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessageContaining("needs a password");
  }

  @Test
  void keyEncryptedInTheTraditionalForm_isSaid() throws Exception {
    var key = TestPki.newKey("RSA");
    var plain = TestPki.get().write("RSA PRIVATE KEY", contentOf(key.getPrivate().getEncoded()));
    var lines = Files.readAllLines(plain);
    lines.addAll(
        1, List.of("Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-256-CBC,0123456789ABCDEF", ""));
    var file = Files.write(directory.resolve("encrypted.pem"), lines);
    var chain = identity(key).chain();
    assertThatThrownBy(() -> keyOf(chain, file, "open"))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessageContaining(file + " is encrypted in OpenSSL's traditional form")
        .hasMessageContaining("openssl pkcs8 -topk8");
  }

  @ParameterizedTest
  @CsvSource({
    "127, 047f",
    "128, 048180",
    "255, 0481ff",
    "256, 04820100",
    "65535, 0482ffff",
    "65536, 0483010000",
    "16777216, 048401000000"
  })
  void der_hasRoomForAnyLength(int length, String header) {
    var encoded = Pem.der((byte) 0x04, new byte[length]);
    assertThat(HexFormat.of().formatHex(encoded, 0, header.length() / 2)).isEqualTo(header);
    assertThat(encoded).hasSize(length + header.length() / 2);
  }

  @Test
  void keyOfSomebodyElse_isRefused() {
    for (var algorithm : new String[] {"EC", "RSA", "Ed25519"}) {
      var chain = identity(TestPki.newKey(algorithm)).chain();
      var key = identity(TestPki.newKey(algorithm)).privateKey();
      assertThatThrownBy(() -> TlsContexts.server(chain, key))
          .isInstanceOf(GeneralSecurityException.class)
          .hasMessageContaining("is not that of the certificate of CN=localhost");
    }
  }

  @Test
  void fileWithoutWhatIsWanted_isSaid() throws Exception {
    var identity = TestPki.get().localhost();
    var empty = Files.writeString(directory.resolve("empty.pem"), "nothing\n");
    assertThatThrownBy(() -> TlsContexts.server(empty, identity.privateKey()))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessage("no certificate in " + empty);
    assertThatThrownBy(() -> TlsContexts.server(identity.chain(), empty))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessage("no private key in " + empty);
    assertThatThrownBy(() -> TlsContexts.client(empty))
        .isInstanceOf(GeneralSecurityException.class);
    assertThatThrownBy(() -> TlsContexts.client(directory.resolve("none.pem")))
        .isInstanceOf(NoSuchFileException.class);
    var strange = TestPki.get().write("DSA PRIVATE KEY", new byte[10]);
    assertThatThrownBy(() -> TlsContexts.server(identity.chain(), strange))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessageContaining("DSA PRIVATE KEY");
  }

  @ParameterizedTest
  @ValueSource(strings = {"CERTIFICATE", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
  void damagedFile_isSaid(String kind) throws Exception {
    var identity = TestPki.get().localhost();
    var password = "open".toCharArray();
    for (var contents : List.of("A", "AAAA")) { // no base64, nothing of that kind
      var text = "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(kind, contents);
      var file = Files.writeString(directory.resolve("damaged.pem"), text);
      var chain = kind.equals("CERTIFICATE") ? file : identity.chain();
      assertThatThrownBy(() -> TlsContexts.keyManagers(chain, file, password))
          .isInstanceOf(GeneralSecurityException.class);
    }
  }

  @Test
  void oneFile_mayHoldEverythingAmongOtherText() throws Exception {
    var identity = TestPki.get().localhost();
    var together =
        Files.writeString(
            directory.resolve("all.pem"),
            "Bag Attributes\n"
                + Files.readString(identity.privateKey(), UTF_8)
                + "subject: CN=localhost\n"
                + Files.readString(identity.chain(), UTF_8)
                + Files.readString(TestPki.get().authorities(), UTF_8));
    assertThat(TlsContexts.keyManagers(together, together, null)).hasSize(1);
    var trusted = ((X509TrustManager) TlsContexts.trustManagers(together)[0]).getAcceptedIssuers();
    assertThat(trusted)
        .extracting(X509Certificate::getSubjectX500Principal)
        .extracting(Object::toString)
        .containsExactlyInAnyOrder("CN=localhost", "CN=jasyncio test CA");
  }
}
