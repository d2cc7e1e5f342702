package jasyncio.process;

import java.nio.charset.Charset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a child process has written: what Python returns as a tuple.
///
/// @param stdout its standard output, or `null` if that is no pipe
/// @param stderr its standard error, or `null` if that is no pipe
@SuppressWarnings("ArrayRecordComponent") // bytes come as arrays everywhere here
public record ProcessOutput(byte @Nullable [] stdout, byte @Nullable [] stderr) {

  /// {@return the standard output as text; bytes that are none become U+FFFD}
  ///
  /// @param charset how it is encoded
  /// @throws NullPointerException if it is no pipe
  public String stdout(Charset charset) {
    return new String(Objects.requireNonNull(stdout, "the process's stdout is no pipe"), charset);
  }

  /// {@return the standard error as text; bytes that are none become U+FFFD}
  ///
  /// @param charset how it is encoded
  /// @throws NullPointerException if it is no pipe
  public String stderr(Charset charset) {
    return new String(Objects.requireNonNull(stderr, "the process's stderr is no pipe"), charset);
  }
}
