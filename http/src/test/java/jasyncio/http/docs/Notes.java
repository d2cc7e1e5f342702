package jasyncio.http.docs;

import static jasyncio.Asyncio.run;

import jasyncio.http.AccessLog;
import jasyncio.http.Http;
import jasyncio.http.HttpProblem;
import jasyncio.http.Request;
import jasyncio.http.Response;
import jasyncio.http.Router;
import java.util.Map;
import java.util.TreeMap;

/// Keeps notes: an API in JSON.
class Notes {
  record Note(int id, String text) {}

  record NewNote(String text) {}

  private final Map<Integer, Note> notes = new TreeMap<>(); // no lock: all runs on one thread
  private int last; // id

  Router router() {
    return new Router()
        .get("/notes", rq -> Response.json(notes.values()))
        .post("/notes", this::add)
        .get("/notes/{id}", rq -> Response.json(find(rq)))
        .delete(
            "/notes/{id}",
            rq -> {
              notes.remove(find(rq).id());
              return Response.empty(204);
            });
  }

  private Response add(Request rq) throws Exception {
    var text = rq.json(NewNote.class).text();
    if (text == null || text.isBlank()) {
      throw HttpProblem.of(422, "A note needs a text.");
    }
    var note = new Note(++last, text);
    notes.put(note.id(), note);
    return Response.json(201, note).header("Location", "/notes/" + note.id());
  }

  private Note find(Request rq) {
    var note = rq.path("id").matches("\\d{1,9}") ? notes.get(Integer.valueOf(rq.path("id"))) : null;
    if (note == null) {
      throw HttpProblem.of(404, "There is no note " + rq.path("id") + ".");
    }
    return note;
  }

  public static void main(String[] args) throws Exception {
    var app = new Notes().router().with(AccessLog.to(System.out::println));
    run(() -> Http.serve(app, "127.0.0.1", 8080)); // until Ctrl-C, or SIGTERM
  }
}
