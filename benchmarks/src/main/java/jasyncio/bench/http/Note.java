package jasyncio.bench.http;

import java.util.List;

/// What is answered as JSON: 200 bytes of it.
///
/// @param id its number
/// @param title a title
/// @param text what it says
/// @param tags words
/// @param weight some number
/// @param done a flag
public record Note(
    int id, String title, String text, List<String> tags, double weight, boolean done) {
  /// {@return the one that all servers answer}
  static Note sample() {
    return new Note(
        47110,
        "The title of the note",
        "It says something of middling length, as notes often do, and has 200 bytes as a whole.",
        List.of("first", "second", "third"),
        12.5,
        true);
  }
}
