package jasyncio.http.docs;

import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.http.TestClient;
import jasyncio.http.docs.Notes.NewNote;
import jasyncio.http.docs.Notes.Note;
import jasyncio.testing.AsyncTest;

class NotesTest {
  private final TestClient client = new Notes().router().test();

  @AsyncTest
  void note_thatWasAdded_isFound() throws Exception {
    var added = client.post("/notes").json(new NewNote("buy milk")).send().expect(201);
    var found = client.get(added.header("Location")).send().expect(200);
    assertThat(found.json(Note.class)).isEqualTo(new Note(1, "buy milk"));
    client.delete("/notes/1").send().expect(204);
    client.get("/notes/1").send().expect(404);
  }

  @AsyncTest
  void note_withoutAText_isRefused() throws Exception {
    client.post("/notes").json(new NewNote(" ")).send().expect(422);
  }
}
