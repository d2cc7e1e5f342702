/// The simulated network: hosts whose `java.nio.channels` are objects in memory, in a
/// [World][jasyncio.testing.internal.world.World]'s time, with links between them that are slow,
/// lose, hold back and break as they are told.
///
/// [SimNetwork][jasyncio.testing.internal.net.SimNetwork] is the door. One lock guards all of one
/// network; who holds it calls nobody outside, except the world.
@NullMarked
package jasyncio.testing.internal.net;

import org.jspecify.annotations.NullMarked;
