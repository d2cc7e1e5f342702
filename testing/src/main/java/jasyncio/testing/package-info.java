/// The test kit: a loop for each test, time that jumps, and helpers.
package jasyncio.testing;
