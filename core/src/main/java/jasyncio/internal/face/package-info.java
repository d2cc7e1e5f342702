/// What the packages beside the face need of it: who runs here, and how the library itself waits.
///
/// They call this, and not the roof, [jasyncio.Asyncio], which names the same for programs.
package jasyncio.internal.face;
