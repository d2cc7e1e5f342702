package jasyncio;

/// How [Asyncio#gather(GatherOption, Awaitable...)] treats failures.
public enum GatherOption {
  /// Exceptions, cancellations among them, are items of the result like any other.
  RETURN_EXCEPTIONS
}
