/// What simulated things have in common: time, events, and choices.
@NullMarked
package jasyncio.testing.internal.world;

import org.jspecify.annotations.NullMarked;
