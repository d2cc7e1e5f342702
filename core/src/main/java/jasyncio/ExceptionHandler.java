package jasyncio;

/// Gets the errors that nobody else can get: see [EventLoop#setExceptionHandler].
@FunctionalInterface
public interface ExceptionHandler {
  /// Handles an error. Runs on the loop, or, while that does not run, on the thread that has come
  /// upon the error. What it throws is reported through the default handler, except
  /// [KeyboardInterrupt] and [SystemExit], which leave the loop.
  ///
  /// @param loop the loop it happened on
  /// @param context what is known about it
  void handle(EventLoop loop, ErrorContext context);
}
