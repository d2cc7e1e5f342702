/// SLF4J's MDC in the context of jasyncio's coroutines.
package jasyncio.slf4j;
