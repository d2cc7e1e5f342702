package jasyncio.http.internal;

/// Why a message cannot be taken.
@SuppressWarnings("serial") // never serialized
public final class Refusal extends Exception {
  private final int status;

  /// A refusal.
  ///
  /// @param status the status that says so
  /// @param why a sentence
  public Refusal(int status, String why) {
    super(why, null, false, false);
    this.status = status;
  }

  /// {@return the status that says so}
  public int status() {
    return status;
  }

  /// {@return why, as a sentence}
  public String why() {
    return String.valueOf(getMessage());
  }
}
