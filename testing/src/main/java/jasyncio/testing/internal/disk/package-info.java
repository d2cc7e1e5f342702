/// A simulated disk: a file system of `java.nio.file` that forgets in a crash what was not synced.
///
/// [SimDisk][jasyncio.testing.internal.disk.SimDisk] is the disk of one host. There are three
/// layers: nodes, and what of them is durable (`FileNode`, `DirectoryNode`, `Journal`, `Crash`);
/// Linux' calls on them, with its error numbers (`Volume`, `OpenFile`); and the JDK's interfaces
/// (`SimProvider`, `SimPath`, `SimFileChannel`). One lock a disk, which [SimDisk] takes.
@NullMarked
package jasyncio.testing.internal.disk;

import org.jspecify.annotations.NullMarked;
