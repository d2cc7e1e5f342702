/// Files, read and written without stopping the loop.
///
/// Operating systems have no file input that could be waited for in a selector, so the calls are
/// made on the loop's executor, and the coroutine suspends meanwhile.
/// [AsyncFile][jasyncio.files.AsyncFile] is an open file with a buffer: lines are read, and small
/// pieces written, without a hop to the executor for each. [AsyncFiles][jasyncio.files.AsyncFiles]
/// opens them, and has `java.nio.file.Files`' calls on whole files and folders.
///
/// Errors are the JDK's, unchanged, such as [java.nio.file.NoSuchFileException].

package jasyncio.files;
