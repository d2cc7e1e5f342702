package jasyncio.cli;

/// A hash that is quick to have: a better one, from `java.security`, would take longer to load than
/// a program to start. Whoever uses it keeps the sources or the text that were hashed, and compares
/// them.
final class Fnv {
  private Fnv() {}

  /// The 64 bits of FNV-1a for all of these together.
  static long hash(byte[]... parts) {
    long hash = 0xcbf29ce484222325L;
    for (byte[] part : parts) {
      for (byte b : part) {
        hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
      }
    }
    return hash;
  }
}
