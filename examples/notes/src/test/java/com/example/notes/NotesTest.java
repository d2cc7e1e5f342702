package com.example.notes;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.gather;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.notes.Notes.Page;
import jasyncio.http.HttpClient;
import jasyncio.http.TestClient;
import jasyncio.testing.AsyncTest;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeSet;

/// Asks the handlers in the same process: no port is opened, and nothing is waited for.
class NotesTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final Notes notes = new Notes(Clock.fixed(NOW, ZoneOffset.UTC));
  private final TestClient client = notes.router().test();

  private Note add(String text) throws Exception {
    return client.post("/notes").json(Map.of("text", text)).send().expect(201).json(Note.class);
  }

  @AsyncTest
  void note_thatWasAdded_isFoundAndChangedAndRemoved() throws Exception {
    var added = client.post("/notes").json(Map.of("text", " buy milk ")).send().expect(201);
    assertEquals("/notes/1", added.header("Location"));
    var note = client.get("/notes/1").send().expect(200).json(Note.class);
    assertEquals(new Note(1, "buy milk", false, NOW), note);
    client.request("PATCH", "/notes/1").json(Map.of("done", true)).send().expect(200);
    assertTrue(client.get("/notes/1").send().json(Note.class).done());
    client.delete("/notes/1").send().expect(204);
    client.get("/notes/1").send().expect(404);
  }

  @AsyncTest
  void notes_comeInPages() throws Exception {
    for (var text : new String[] {"a", "b", "c"}) {
      add(text);
    }
    var first = client.get("/notes?limit=2").send().expect(200).json(Page.class);
    assertEquals(2, first.notes().size());
    assertEquals("/notes?after=2&limit=2", first.next());
    var second = client.get(first.next()).send().expect(200).json(Page.class);
    assertEquals("c", second.notes().getFirst().text());
    assertNull(second.next());
  }

  @AsyncTest
  void whatMakesNoSense_isRefused_withAReason() throws Exception {
    var problem = client.post("/notes").json(Map.of("text", " ")).send().expect(422);
    assertEquals("application/problem+json", problem.header("Content-Type"));
    assertTrue(problem.text().contains("1 to 1000 characters"), problem::text);
    client.post("/notes").json(Map.of("done", true)).send().expect(422);
    client.post("/notes").text("no JSON").send().expect(415);
    client.get("/notes?limit=1000").send().expect(400);
    client.get("/notes/x").send().expect(404);
    client.put("/notes/1").text("").send().expect(405);
  }

  @AsyncTest
  void manyAtOnce_allGetTheirOwnNumber() throws Exception {
    try (var http = HttpClient.of(notes.router())) { // with all of HTTP, but no socket
      var url = "http://notes/notes";
      var added =
          await(
              gather(
                  () -> http.post(url).json(Map.of("text", "a")).send().json(Note.class),
                  () -> http.post(url).json(Map.of("text", "b")).send().json(Note.class),
                  () -> http.post(url).json(Map.of("text", "c")).send().json(Note.class)));
      var ids = new TreeSet<Integer>();
      added.forEach(note -> ids.add(note.id()));
      assertEquals(new TreeSet<>(java.util.List.of(1, 2, 3)), ids);
    }
  }
}
