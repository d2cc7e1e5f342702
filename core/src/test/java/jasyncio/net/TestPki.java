package jasyncio.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;

/// A certificate authority for tests: issues certificates in a moment, without any tool, and leaves
/// them as PEM files in a directory that goes with the JVM.
///
/// An X.509 certificate is a handful of nested DER values (RFC 5280, section 4.1); only what TLS
/// asks for is here.
public final class TestPki {
  private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
  private static final TestPki INSTANCE = new TestPki();

  private final Path directory;
  private final KeyPair authority = newKey("EC");
  private final Path authorities;
  private int issued;

  private TestPki() {
    try {
      directory = Files.createTempDirectory("jasyncio-test-pki");
      authorities = directory.resolve("ca.pem");
      var now = Instant.now();
      var certificate =
          certificate(
              "jasyncio test CA", authority.getPublic(), now, now.plus(Duration.ofDays(2)), true);
      Files.writeString(authorities, pem("CERTIFICATE", certificate));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::deleteAll));
  }

  public static TestPki get() {
    return INSTANCE;
  }

  /// A certificate and its key, as PEM files.
  public record Identity(Path chain, Path privateKey) {}

  /// The authority's certificate.
  Path authorities() {
    return authorities;
  }

  /// What a server on this machine needs.
  public Identity localhost() {
    return issue("EC", "localhost", "127.0.0.1");
  }

  /// A certificate with names or addresses.
  ///
  /// @param algorithm `EC`, `RSA` or `Ed25519`
  Identity issue(String algorithm, String... names) {
    return issue(newKey(algorithm), names);
  }

  Identity issue(KeyPair key, String... names) {
    return issue(key, Instant.now().plus(Duration.ofDays(1)), names);
  }

  Identity issue(KeyPair key, Instant end, String... names) {
    var certificate =
        certificate(names[0], key.getPublic(), end.minus(Duration.ofDays(2)), end, false, names);
    return new Identity(
        write("CERTIFICATE", certificate), write("PRIVATE KEY", key.getPrivate().getEncoded()));
  }

  Path write(String type, byte[] der) {
    try {
      return Files.writeString(directory.resolve(++issued + ".pem"), pem(type, der));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A key, for RSA a small one: to make one of the usual size takes seconds, or any time.
  static KeyPair newKey(String algorithm) {
    try {
      var generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      } else if (algorithm.equals("RSA")) {
        generator.initialize(1024);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String type, byte[] der) {
    var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
  }

  private void deleteAll() {
    try (var files = Files.list(directory)) {
      for (var file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- certificates -----------------------------------------------------------------------------

  private byte[] certificate(
      String subject,
      PublicKey key,
      Instant start,
      Instant end,
      boolean isAuthority,
      String... names) {
    var algorithm = sequence(oid(ECDSA_WITH_SHA256));
    var toBeSigned =
        sequence(
            der(0xa0, der(0x02, new byte[] {2})), // version 3
            der(0x02, BigInteger.valueOf(System.nanoTime()).toByteArray()), // serial number
            algorithm,
            name("jasyncio test CA"),
            sequence(time(start), time(end)),
            name(subject),
            key.getEncoded(),
            der(0xa3, isAuthority ? authorityExtensions(key) : leafExtensions(key, names)));
    return sequence(toBeSigned, algorithm, bits(sign(authority.getPrivate(), toBeSigned)));
  }

  private byte[] authorityExtensions(PublicKey key) {
    return sequence(
        extension("2.5.29.19", true, sequence(der(0x01, new byte[] {-1}))), // a CA
        extension("2.5.29.15", true, der(0x03, new byte[] {1, 6})), // signs certificates and lists
        extension("2.5.29.14", false, der(0x04, identifier(key))));
  }

  private byte[] leafExtensions(PublicKey key, String... names) {
    var alternatives = Arrays.stream(names).map(TestPki::alternativeName).toArray(byte[][]::new);
    return sequence(
        extension("2.5.29.17", false, sequence(alternatives)),
        extension("2.5.29.14", false, der(0x04, identifier(key))),
        extension("2.5.29.35", false, sequence(der(0x80, identifier(authority.getPublic())))));
  }

  private static byte[] extension(String oid, boolean critical, byte[] value) {
    var octets = der(0x04, value);
    return critical
        ? sequence(oid(oid), der(0x01, new byte[] {-1}), octets)
        : sequence(oid(oid), octets);
  }

  private static byte[] alternativeName(String name) {
    return Character.isDigit(name.charAt(0))
        ? der(0x87, InetAddress.ofLiteral(name).getAddress())
        : der(0x82, ascii(name));
  }

  private static byte[] identifier(PublicKey key) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(key.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] sign(PrivateKey key, byte[] data) {
    try {
      var signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(key);
      signature.update(data);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] name(String commonName) {
    return sequence(der(0x31, sequence(oid("2.5.4.3"), der(0x0c, ascii(commonName)))));
  }

  private static byte[] time(Instant instant) {
    var format = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    return der(0x17, ascii(format.format(instant)));
  }

  // ---- DER --------------------------------------------------------------------------------------

  private static byte[] oid(String dotted) {
    var numbers = Arrays.stream(dotted.split("\\.")).mapToInt(Integer::parseInt).toArray();
    var out = new ByteArrayOutputStream();
    out.write(40 * numbers[0] + numbers[1]);
    for (int i = 2; i < numbers.length; i++) {
      for (int shift = 28; shift > 0; shift -= 7) {
        if (numbers[i] >> shift != 0) {
          out.write(0x80 | ((numbers[i] >> shift) & 0x7f));
        }
      }
      out.write(numbers[i] & 0x7f);
    }
    return der(0x06, out.toByteArray());
  }

  private static byte[] sequence(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (var part : parts) {
      out.writeBytes(part);
    }
    return der(0x30, out.toByteArray());
  }

  private static byte[] bits(byte[] content) {
    var withCount = new byte[content.length + 1]; // of unused bits
    System.arraycopy(content, 0, withCount, 1, content.length);
    return der(0x03, withCount);
  }

  private static byte[] der(int tag, byte[] content) {
    var out = new ByteArrayOutputStream();
    out.write(tag);
    int n = content.length;
    if (n >= 0x100) {
      out.writeBytes(new byte[] {(byte) 0x82, (byte) (n >> 8)});
    } else if (n >= 0x80) {
      out.write(0x81);
    }
    out.write(n);
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
