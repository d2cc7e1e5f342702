package jasyncio.process;

/// A signal was sent to a process that has ended. Python: `ProcessLookupError`.
public final class ProcessLookupException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  ProcessLookupException(String message) {
    super(message);
  }
}
