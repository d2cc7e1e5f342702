package jasyncio.conformance;

/// The error that scenarios raise.
final class Oops extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Oops(String message) {
    super(message);
  }
}
