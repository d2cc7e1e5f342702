/// A simulated disk: a file system of `java.nio.file` that forgets in a crash what was not synced.
///
/// [SimDisk][jasyncio.testing.internal.disk.SimDisk] is the disk of one host. Three layers: the
/// nodes and what of them is durable (`Volume`, `FileNode`, `DirectoryNode`, `Journal`, `Crash`),
/// calls on them as Linux has them with its error numbers (`Volume`, `OpenFile`), and the JDK's
/// interfaces on top (`SimProvider`, `SimPath`, `SimFileChannel`).
package jasyncio.testing.internal.disk;
