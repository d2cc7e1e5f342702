package jasyncio.testing.internal.disk;

/// What the file system promises of names: of files made, renamed and removed.
public enum Promise {
  /// What POSIX does: names are durable when their directory is synced, and not before. A crash
  /// keeps any of the others.
  POSIX,
  /// What ext4, XFS and Btrfs do. Changes of names lie in a journal and become durable in their
  /// order: a crash keeps the first of them. A sync of a file commits the journal as far as it is
  /// about that file, so its name is durable, too, and all that was changed before. A file renamed
  /// over another has its data written before the name (`auto_da_alloc`).
  JOURNAL
}
