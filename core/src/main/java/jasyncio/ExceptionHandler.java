package jasyncio;

/// Gets the errors that nobody else can get: see [EventLoop#setExceptionHandler].
@FunctionalInterface
public interface ExceptionHandler {
  /// Handles an error. Runs on the loop; what it throws is reported through the default handler.
  ///
  /// @param loop the loop it happened on
  /// @param context what is known about it
  void handle(EventLoop loop, ErrorContext context);
}
