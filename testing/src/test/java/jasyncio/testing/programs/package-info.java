/// Programs that know nothing of simulations, for tests that have them in one.
@org.jspecify.annotations.NullMarked
package jasyncio.testing.programs;
