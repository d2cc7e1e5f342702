/// OpenTelemetry's current context in that of jasyncio's coroutines.
package jasyncio.opentelemetry;
