/// The agent with which blocking calls take virtual time. It is told of the JVM, and not for use.
package jasyncio.testing.agent;
