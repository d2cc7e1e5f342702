package jasyncio.http.docs;

import jasyncio.http.HttpClient;
import jasyncio.http.docs.Notes.NewNote;
import jasyncio.http.docs.Notes.Note;
import java.io.IOException;

/// Asks the API of [Notes].
class Asking {
  static String ask(String url) throws IOException {
    try (var client = new HttpClient()) {
      return ask(client, url);
    }
  }

  static String ask(HttpClient client, String url) throws IOException {
    var added = client.post(url + "/notes").json(new NewNote("buy milk")).timeout(5).send();
    var note = added.requireSuccess().json(Note.class);
    return client.get(url + "/notes/" + note.id()).send().text();
  }

  static long count(HttpClient client, String url) throws IOException {
    try (var response = client.get(url).open()) { // as it comes
      long lines = 0;
      while (response.body().readLine() != null) {
        lines++;
      }
      return lines;
    }
  }
}
