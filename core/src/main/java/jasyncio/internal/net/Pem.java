package jasyncio.internal.net;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/// Reads PEM files: certificates, and private keys in PKCS#8, encrypted or not, or in OpenSSL's
/// traditional form. The JDK's own PEMDecoder is a preview in Java 25.
public final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----((?s:.*?))-----END \\1-----");
  private static final byte SEQUENCE = 0x30;
  private static final byte OCTET_STRING = 0x04;
  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

  private Pem() {}

  /// The certificates of a file, in its order.
  ///
  /// @throws KeyStoreException if there is none
  public static List<X509Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    var factory = CertificateFactory.getInstance("X.509");
    var certificates =
        BLOCK
            .matcher(Files.readString(file, StandardCharsets.ISO_8859_1))
            .results()
            .filter(block -> block.group(1).endsWith("CERTIFICATE"))
            .map(block -> block.group(2))
            .toList();
    if (certificates.isEmpty()) {
      throw new KeyStoreException("no certificate in " + file);
    }
    var result = new X509Certificate[certificates.size()];
    for (int i = 0; i < result.length; i++) {
      var bytes = new ByteArrayInputStream(decode(file, certificates.get(i)));
      result[i] = (X509Certificate) factory.generateCertificate(bytes);
    }
    return List.of(result);
  }

  /// The private key of a file: the first one.
  ///
  /// @param owner whose key it has to be
  /// @param password for an encrypted key
  /// @throws KeyStoreException if there is none, or not that of the certificate
  public static PrivateKey privateKey(Path file, X509Certificate owner, char @Nullable [] password)
      throws IOException, GeneralSecurityException {
    var block =
        BLOCK
            .matcher(Files.readString(file, StandardCharsets.ISO_8859_1))
            .results()
            .filter(b -> b.group(1).endsWith("PRIVATE KEY"))
            .findFirst()
            .orElseThrow(() -> new KeyStoreException("no private key in " + file));
    if (block.group(2).contains("Proc-Type: 4,ENCRYPTED")) {
      throw new KeyStoreException(
          "the private key in "
              + file
              + " is encrypted in OpenSSL's traditional form, which is not read; convert it by:"
              + " openssl pkcs8 -topk8 -in OLD -out NEW");
    }
    var bytes = decode(file, block.group(2));
    var publicKey = owner.getPublicKey();
    var encoded =
        switch (block.group(1)) {
          case "PRIVATE KEY" -> new PKCS8EncodedKeySpec(bytes);
          case "ENCRYPTED PRIVATE KEY" -> decrypt(file, bytes, password);
          case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
              new PKCS8EncodedKeySpec(pkcs8(bytes, publicKey));
          default ->
              throw new KeyStoreException(
                  "cannot read a " + block.group(1) + ", in " + file + "; PKCS#8 is read");
        };
    var key = KeyFactory.getInstance(publicKey.getAlgorithm()).generatePrivate(encoded);
    if (!belongTogether(key, publicKey)) {
      throw new KeyStoreException(
          "the private key in "
              + file
              + " is not that of the certificate of "
              + owner.getSubjectX500Principal());
    }
    return key;
  }

  private static byte[] decode(Path file, String base64) throws KeyStoreException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw damaged(file, e);
    }
  }

  private static KeyStoreException damaged(Path file, Exception cause) {
    return new KeyStoreException(
        "what is in " + file + " is damaged: " + cause.getMessage(), cause);
  }

  private static PKCS8EncodedKeySpec decrypt(Path file, byte[] bytes, char @Nullable [] password)
      throws GeneralSecurityException {
    if (password == null) {
      throw new KeyStoreException("the private key in " + file + " needs a password");
    }
    EncryptedPrivateKeyInfo info;
    try {
      info = new EncryptedPrivateKeyInfo(bytes);
    } catch (IOException e) {
      throw damaged(file, e);
    }
    // PBES2 is a family; its parameters' text is the name of the member.
    var algorithm =
        info.getAlgName().equals("PBES2") || info.getAlgName().equals("1.2.840.113549.1.5.13")
            ? info.getAlgParameters().toString()
            : info.getAlgName();
    var secret = SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password));
    return info.getKeySpec(secret);
  }

  /// Wraps a key of OpenSSL's traditional form, which does not say of what algorithm and curve it
  /// is: its certificate does.
  private static byte[] pkcs8(byte[] key, PublicKey owner) {
    var info = owner.getEncoded(); // SEQUENCE { AlgorithmIdentifier, BIT STRING }
    int start = headerLength(info, 0);
    int end = start + headerLength(info, start) + contentLength(info, start);
    var content = new ByteArrayOutputStream();
    content.writeBytes(VERSION_0);
    content.write(info, start, end - start);
    content.writeBytes(der(OCTET_STRING, key));
    return der(SEQUENCE, content.toByteArray());
  }

  private static int headerLength(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return first < 0x80 ? 2 : 2 + (first & 0x7f);
  }

  private static int contentLength(byte[] der, int at) {
    int header = headerLength(der, at);
    int length = header == 2 ? der[at + 1] : 0;
    for (int i = 2; i < header; i++) {
      length = (length << 8) | (der[at + i] & 0xff);
    }
    return length;
  }

  public static byte[] der(byte tag, byte[] content) {
    int n = content.length;
    var out = new ByteArrayOutputStream(n + 6);
    out.write(tag);
    if (n < 0x80) {
      out.write(n);
    } else {
      int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(n) + 7) / 8;
      out.write(0x80 | bytes);
      for (int i = bytes - 1; i >= 0; i--) {
        out.write(n >> (8 * i));
      }
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static boolean belongTogether(PrivateKey key, PublicKey owner)
      throws GeneralSecurityException {
    var algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
          default -> null; // the handshake will show
        };
    if (algorithm == null) {
      return true;
    }
    var signer = Signature.getInstance(algorithm);
    signer.initSign(key);
    signer.update(VERSION_0);
    var checker = Signature.getInstance(algorithm);
    checker.initVerify(owner);
    checker.update(VERSION_0);
    return checker.verify(signer.sign());
  }
}
