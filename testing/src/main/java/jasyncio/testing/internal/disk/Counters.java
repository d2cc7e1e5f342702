package jasyncio.testing.internal.disk;

/// Counts what a disk does.
final class Counters {
  long reads;
  long writes;
  long syncs;
  long failedSyncs;
  long bytesRead;
  long bytesWritten;
  long crashes;
}
