package jasyncio.testing.internal.disk;

/// What is known of a node beside its content. Times are nanoseconds since 1970.
///
/// @param mode type and permissions, as Linux' `st_mode`
/// @param owner the user's number
/// @param group the group's number
/// @param accessed when it was last read; set by hand only, as with `noatime`
/// @param modified when its content last changed
/// @param changed when anything of it last changed
/// @param created when it was made
record Meta(
    int mode, int owner, int group, long accessed, long modified, long changed, long created) {
  static final int TYPE = 0170000;
  static final int FILE = 0100000;
  static final int DIRECTORY = 0040000;
  static final int LINK = 0120000;
  static final int PERMISSIONS = 07777;

  static Meta create(int mode, int owner, int group, long now) {
    return new Meta(mode, owner, group, now, now, now, now);
  }

  Meta modifiedAt(long now) {
    return new Meta(mode, owner, group, accessed, now, now, created);
  }

  Meta changedAt(long now) {
    return new Meta(mode, owner, group, accessed, modified, now, created);
  }

  Meta withPermissions(int permissions, long now) {
    int newMode = (mode & ~PERMISSIONS) | (permissions & PERMISSIONS);
    return new Meta(newMode, owner, group, accessed, modified, now, created);
  }

  /// @param newOwner or -1: as it is; the group likewise
  Meta withOwners(int newOwner, int newGroup, long now) {
    return new Meta(
        mode,
        newOwner < 0 ? owner : newOwner,
        newGroup < 0 ? group : newGroup,
        accessed,
        modified,
        now,
        created);
  }

  Meta withTimes(long newAccessed, long newModified, long now) {
    return new Meta(mode, owner, group, newAccessed, newModified, now, created);
  }
}
