package jasyncio.testing.internal.disk;

/// What a disk has done, and what is on it.
///
/// @param reads how many reads of files
/// @param writes how many writes
/// @param syncs how many syncs that succeeded
/// @param failedSyncs how many that did not
/// @param bytesRead what they have read
/// @param bytesWritten what they have written
/// @param crashes how many crashes
/// @param used bytes taken of the disk
/// @param openFiles how many files and directories are open
public record DiskStatistics(
    long reads,
    long writes,
    long syncs,
    long failedSyncs,
    long bytesRead,
    long bytesWritten,
    long crashes,
    long used,
    int openFiles) {}
