package jasyncio.testing.internal.disk;

import java.io.IOException;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Objects;

/// The users of the disk: `root`, which programs on it are, and numbers.
final class Users extends UserPrincipalLookupService {
  /// The number of the user, and of the group, that all programs run as.
  static final int ME = 0;

  private static final String ROOT = "root";

  private record User(int id) implements UserPrincipal {
    @Override
    public String getName() {
      return nameOf(id);
    }

    @Override
    public String toString() {
      return getName();
    }
  }

  private record Group(int id) implements GroupPrincipal {
    @Override
    public String getName() {
      return nameOf(id);
    }

    @Override
    public String toString() {
      return getName();
    }
  }

  private static String nameOf(int id) {
    return id == ME ? ROOT : Integer.toString(id);
  }

  static UserPrincipal user(int id) {
    return new User(id);
  }

  static GroupPrincipal group(int id) {
    return new Group(id);
  }

  static int idOf(UserPrincipal owner) throws IOException {
    Objects.requireNonNull(owner, "'owner' is null");
    if (owner instanceof Group) {
      throw new IOException("'owner' parameter can't be a group");
    } else if (!(owner instanceof User user)) {
      throw new ProviderMismatchException();
    } else {
      return user.id;
    }
  }

  static int idOf(GroupPrincipal group) {
    Objects.requireNonNull(group, "'owner' is null"); // the JDK's words
    if (!(group instanceof Group ours)) {
      throw new ProviderMismatchException();
    }
    return ours.id;
  }

  @Override
  public UserPrincipal lookupPrincipalByName(String name) throws IOException {
    return new User(lookup(name));
  }

  @Override
  public GroupPrincipal lookupPrincipalByGroupName(String name) throws IOException {
    return new Group(lookup(name));
  }

  private static int lookup(String name) throws UserPrincipalNotFoundException {
    if (name.equals(ROOT)) {
      return ME;
    }
    try {
      return Integer.parseInt(name);
    } catch (NumberFormatException e) {
      throw new UserPrincipalNotFoundException(name);
    }
  }
}
