package jasyncio.inspect;

import java.io.IOException;

/// What [Probe] does, as an MBean.
public interface ProbeMBean {
  /// Opens a socket of this machine, which only this user can reach, for one visitor.
  ///
  /// @return its path
  /// @throws IOException if that fails
  String open() throws IOException;
}
