package jasyncio.cli;

/// Takes the place of JShell's own exception in the code of inputs that runs in another program,
/// which need not have JShell: the input uses something that cannot be used yet.
public final class UnresolvedInput extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// JShell's number for what is not there.
  private final int id;

  /// Made by the code of an input.
  ///
  /// @param id JShell's number for what is not there
  public UnresolvedInput(int id) {
    super(null, null, false, false);
    this.id = id;
  }

  int id() {
    return id;
  }
}
