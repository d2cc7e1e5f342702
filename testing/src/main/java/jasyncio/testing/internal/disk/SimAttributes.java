package jasyncio.testing.internal.disk;

import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The attributes of a node at some time.
record SimAttributes(Meta meta, long number, int links, long size) implements PosixFileAttributes {
  static final long DEVICE = 1;

  private record Key(long device, long number) {
    @Override
    public String toString() {
      return "(dev=" + Long.toHexString(device) + ",ino=" + number + ")";
    }
  }

  static SimAttributes of(Node node) {
    return new SimAttributes(node.meta(), node.number(), node.links(), node.size());
  }

  private static FileTime time(long nanos) {
    return FileTime.from(nanos, TimeUnit.NANOSECONDS);
  }

  private boolean is(int type) {
    return (meta.mode() & Meta.TYPE) == type;
  }

  @Override
  public FileTime lastModifiedTime() {
    return time(meta.modified());
  }

  @Override
  public FileTime lastAccessTime() {
    return time(meta.accessed());
  }

  @Override
  public FileTime creationTime() {
    return time(meta.created());
  }

  FileTime changeTime() {
    return time(meta.changed());
  }

  @Override
  public boolean isRegularFile() {
    return is(Meta.FILE);
  }

  @Override
  public boolean isDirectory() {
    return is(Meta.DIRECTORY);
  }

  @Override
  public boolean isSymbolicLink() {
    return is(Meta.LINK);
  }

  @Override
  public boolean isOther() {
    return false;
  }

  @Override
  public Object fileKey() {
    return new Key(DEVICE, number);
  }

  @Override
  public UserPrincipal owner() {
    return Users.user(meta.owner());
  }

  @Override
  public GroupPrincipal group() {
    return Users.group(meta.group());
  }

  @Override
  public Set<PosixFilePermission> permissions() {
    return Permissions.of(meta.mode());
  }
}
