/// Metrics of event loops, by Micrometer.
package jasyncio.micrometer;
