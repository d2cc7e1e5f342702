package jasyncio.cli;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers questions about a program that runs, one at a time.
interface Answers extends AutoCloseable {
  /// Where they come from.
  interface Source {
    /// Gets ready to ask.
    ///
    /// @throws CommandException if the program cannot be asked
    Answers open() throws CommandException, IOException;
  }

  /// Asks a question.
  ///
  /// @param values what it depends on; without those that are null
  /// @return the answer, a line of JSON
  /// @throws IOException if there is none, as the program has ended
  String ask(String question, Map<String, @Nullable String> values) throws IOException;

  @Override
  void close() throws IOException;
}
