package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Reads and changes the attributes of what a path leads to.
final class SimView implements PosixFileAttributeView {
  private static final int AS_IT_IS = -1;

  private final SimDisk disk;
  private final SimPath path;
  private final String name;
  private final boolean follow;

  /// @param name `basic`, `posix`, `owner` or `unix`
  SimView(SimDisk disk, SimPath path, String name, boolean follow) {
    this.disk = disk;
    this.path = path;
    this.name = name;
    this.follow = follow;
  }

  /// What becomes of the meta data.
  private interface Change {
    Meta of(Meta old, long now);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public SimAttributes readAttributes() throws IOException {
    try {
      return disk.call(volume -> SimAttributes.of(volume.stat(path.toString(), follow)));
    } catch (SystemError e) {
      throw (e.is(Errno.ENOTDIR) ? new SystemError(Errno.ENOENT) : e).on(path);
    }
  }

  private void change(Change change) throws IOException {
    try {
      disk.call(volume -> {
        var node = volume.stat(path.toString(), follow);
        volume.checkWritable();
        node.setMeta(change.of(node.meta(), volume.device().now()));
        return null;
      });
    } catch (SystemError e) {
      throw e.on(path);
    }
  }

  @Override
  public void setTimes(
      @Nullable FileTime modified, @Nullable FileTime accessed, @Nullable FileTime created)
      throws IOException {
    if (modified == null && accessed == null) {
      return; // when it was made cannot be changed
    }
    change((old, now) ->
        old.withTimes(
            accessed == null ? old.accessed() : accessed.to(TimeUnit.NANOSECONDS),
            modified == null ? old.modified() : modified.to(TimeUnit.NANOSECONDS),
            now));
  }

  @Override
  public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
    setMode(Permissions.bits(permissions));
  }

  void setMode(int mode) throws IOException {
    change((old, now) -> old.withPermissions(mode, now));
  }

  /// @param owner or -1: as it is; the group likewise
  void setOwners(int owner, int group) throws IOException {
    change((old, now) -> old.withOwners(owner, group, now));
  }

  @Override
  public UserPrincipal getOwner() throws IOException {
    return readAttributes().owner();
  }

  @Override
  public void setOwner(UserPrincipal owner) throws IOException {
    setOwners(Users.idOf(owner), AS_IT_IS);
  }

  @Override
  public void setGroup(GroupPrincipal group) throws IOException {
    setOwners(AS_IT_IS, Users.idOf(group));
  }
}
