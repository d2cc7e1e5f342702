package jasyncio.internal.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A program to start.
///
/// @param program its path, absolute or relative to `cwd`
/// @param arguments what it gets as arguments, its name first
/// @param environment its environment, or `null` for that of this process
/// @param cwd its working directory, or `null` for that of this process
/// @param newSession whether it leads a new session
/// @param processGroup the process group it joins; 0: a new one; negative: that of this process
/// @param stdin its standard input
/// @param stdout its standard output
/// @param stderr its standard error
public record Command(
    String program,
    List<String> arguments,
    @Nullable Map<String, String> environment,
    @Nullable Path cwd,
    boolean newSession,
    int processGroup,
    ChildStream stdin,
    ChildStream stdout,
    ChildStream stderr) {}
