package com.example.notes;

import jasyncio.http.HttpProblem;
import jasyncio.http.Request;
import jasyncio.http.Response;
import jasyncio.http.Router;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Keeps notes, and answers requests for them. Everything happens on the loop's thread, so that it
/// needs no lock: between two places that wait, nothing else runs.
public final class Notes {
  private static final int MAX_TEXT = 1000;
  private static final int MAX_PAGE = 100;

  /// What a client may say of a note; what is missing is null.
  private record Draft(String text, Boolean done) {}

  /// A part of all notes.
  ///
  /// @param notes the notes
  /// @param next where to go on, or null at the end
  public record Page(List<Note> notes, String next) {}

  private final Map<Integer, Note> notes = new TreeMap<>();
  private final Clock clock;
  private int lastId;

  /// @param clock tells the time
  public Notes(Clock clock) {
    this.clock = clock;
  }

  /// {@return what answers}
  public Router router() {
    return new Router()
        .get("/notes", this::list)
        .post("/notes", this::add)
        .get("/notes/{id}", rq -> Response.json(find(rq)))
        .patch("/notes/{id}", this::change)
        .delete("/notes/{id}", this::remove);
  }

  private Response list(Request rq) {
    int after = number(rq, "after", 0, Integer.MAX_VALUE);
    int limit = number(rq, "limit", 20, MAX_PAGE);
    var found =
        notes.values().stream().filter(note -> note.id() > after).limit(limit + 1L).toList();
    boolean more = found.size() > limit;
    var shown = more ? found.subList(0, limit) : found;
    return Response.json(
        new Page(shown, more ? "/notes?after=" + shown.getLast().id() + "&limit=" + limit : null));
  }

  private Response add(Request rq) throws IOException {
    var draft = rq.json(Draft.class); // waits for the body: the number is taken afterwards
    if (draft.text() == null) {
      throw HttpProblem.of(422, "A note needs a text.");
    }
    var note =
        new Note(++lastId, checked(draft.text()), draft.done() == Boolean.TRUE, clock.instant());
    notes.put(note.id(), note);
    return Response.json(201, note).header("Location", "/notes/" + note.id());
  }

  private Response change(Request rq) throws IOException {
    var draft = rq.json(Draft.class);
    var old = find(rq); // after the wait: it may have been removed meanwhile
    var note =
        new Note(
            old.id(),
            draft.text() == null ? old.text() : checked(draft.text()),
            draft.done() == null ? old.done() : draft.done(),
            old.created());
    notes.put(note.id(), note);
    return Response.json(note);
  }

  private Response remove(Request rq) {
    notes.remove(find(rq).id());
    return Response.empty(204);
  }

  private Note find(Request rq) {
    var id = rq.path("id");
    var note = id.matches("\\d{1,9}") ? notes.get(Integer.valueOf(id)) : null;
    if (note == null) {
      throw HttpProblem.of(404, "There is no note " + id + ".");
    }
    return note;
  }

  private static String checked(String text) {
    if (text.isBlank() || text.length() > MAX_TEXT) {
      throw HttpProblem.of(422, "The text of a note has 1 to " + MAX_TEXT + " characters.");
    }
    return text.strip();
  }

  private static int number(Request rq, String name, int missing, int most) {
    var text = rq.query().get(name, String.valueOf(missing));
    if (!text.matches("\\d{1,9}") || Integer.parseInt(text) > most) {
      throw HttpProblem.of(400, name + " is a number up to " + most + ".");
    }
    return Integer.parseInt(text);
  }
}
