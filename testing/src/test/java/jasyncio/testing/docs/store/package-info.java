/// The program of docs/simulation.md: it knows nothing of simulations.
@org.jspecify.annotations.NullMarked
package jasyncio.testing.docs.store;
