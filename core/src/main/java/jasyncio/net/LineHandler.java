package jasyncio.net;

/// What is done with a line of text; see [StreamReader#forEachLine(LineHandler)].
///
/// @param <X> what it throws
@FunctionalInterface
public interface LineHandler<X extends Exception> {

  /// Called with each line, one after the other. May suspend.
  ///
  /// @param line the line, without its newline
  /// @throws X which ends it
  void accept(String line) throws X;
}
