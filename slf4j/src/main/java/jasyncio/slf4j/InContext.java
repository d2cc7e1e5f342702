package jasyncio.slf4j;

/// An adapter of the MDC that keeps its values in the current context.
interface InContext {}
