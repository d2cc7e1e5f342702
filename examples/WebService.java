//JAVA 25+
//DEPS io.github.jasyncio:jasyncio-http:0.1.0
//DEPS tools.jackson.core:jackson-databind:3.3.0
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// A web service that keeps notes, in JSON. Handlers are plain methods: one that waits holds up
// nobody,
// and as all runs on one thread, the notes need no lock.

import static jasyncio.Asyncio.*;

import jasyncio.KeyboardInterrupt;
import jasyncio.Task;
import jasyncio.http.AccessLog;
import jasyncio.http.Http;
import jasyncio.http.HttpClient;
import jasyncio.http.HttpProblem;
import jasyncio.http.Request;
import jasyncio.http.Response;
import jasyncio.http.Router;

static final String USAGE =
    """
    Usage: WebService.java [--port N]

    Serves notes over HTTP until Ctrl-C; without a port, serves itself a few hundred requests and ends.

      GET    /notes        all notes; with ?text=milk those that have the word
      POST   /notes        adds one: {"text": "buy milk"}
      GET    /notes/{id}   one of them
      PUT    /notes/{id}   another text for it
      DELETE /notes/{id}   away with it
      GET    /slow?ms=N    a greeting, N milliseconds later
    """;

record Note(int id, String text) {}

record NewNote(String text) {}

final Map<Integer, Note> notes = new TreeMap<>();
int lastId;

Integer port; // or none

void main(String[] args) throws Exception {
  parse(args);
  try {
    run(this::serve);
  } catch (KeyboardInterrupt e) {
    IO.println("bye");
  }
}

void parse(String[] args) {
  if (args.length > 0 && args[0].equals("--help")) {
    IO.print(USAGE);
    System.exit(0);
  } else if (args.length > 0 && !args[0].equals("--port")) {
    fail("unknown option " + args[0]);
  } else if (args.length > 2) {
    fail("what is " + args[2] + " for?");
  } else if (args.length > 0) {
    var value = args.length > 1 ? args[1] : "nothing";
    if (!value.matches("\\d{1,5}")) {
      fail("--port takes a number, not " + value);
    }
    port = Integer.valueOf(value);
  }
}

void fail(String message) {
  System.err.println("notes: " + message + " (see --help)");
  System.exit(2);
}

void serve() throws Exception {
  var app = port == null ? router() : router().with(AccessLog.to(IO::println));
  try (var server = Http.start(app, "127.0.0.1", port == null ? 0 : port)) {
    if (port == null) {
      demonstrate("http://127.0.0.1:" + server.port());
    } else {
      IO.println("serving on http://127.0.0.1:" + server.port() + "/notes  (Ctrl-C ends it)");
      server.serveForever();
    }
  } // those that are being answered may finish
}

// ---- the service --------------------------------------------------------------------------------

Router router() {
  return new Router()
      .get("/notes", rq -> Response.json(withWord(rq.query().get("text", ""))))
      .post("/notes", rq -> add(rq))
      .get("/notes/{id}", rq -> Response.json(find(rq)))
      .put("/notes/{id}", rq -> change(rq))
      .delete("/notes/{id}", rq -> remove(rq))
      .get("/slow", rq -> beSlow(rq));
}

List<Note> withWord(String word) {
  return notes.values().stream().filter(note -> note.text().contains(word)).toList();
}

Response add(Request rq) throws IOException {
  var text = textOf(rq); // may suspend: the id is taken afterwards
  var note = new Note(++lastId, text);
  notes.put(note.id(), note);
  return Response.json(201, note).header("Location", "/notes/" + note.id());
}

Response change(Request rq) throws IOException {
  var text = textOf(rq);
  var note = new Note(find(rq).id(), text);
  notes.put(note.id(), note);
  return Response.json(note);
}

Response remove(Request rq) {
  notes.remove(find(rq).id());
  return Response.empty(204);
}

Response beSlow(Request rq) {
  var ms = rq.query().get("ms", "100");
  if (!ms.matches("\\d{1,5}")) {
    throw HttpProblem.of(400, "ms is a number of milliseconds, below 100000.");
  }
  sleep(Duration.ofMillis(Long.parseLong(ms)));
  return Response.text("Hello, World!");
}

/// The text that a request brings. What is no JSON is refused with 400 by `json` itself.
String textOf(Request rq) throws IOException {
  var text = rq.json(NewNote.class).text();
  if (text == null || text.isBlank()) {
    throw HttpProblem.of(422, "A note needs a text.");
  }
  return text.strip();
}

Note find(Request rq) {
  var id = rq.path("id");
  var note = id.matches("\\d{1,9}") ? notes.get(Integer.valueOf(id)) : null;
  if (note == null) {
    throw HttpProblem.of(404, "There is no note " + id + ".");
  }
  return note;
}

// ---- the demonstration --------------------------------------------------------------------------

/// Adds notes, and then has two hundred clients wait at the same time.
void demonstrate(String url) throws Exception {
  try (var client = new HttpClient()) {
    for (var text : List.of("buy milk", "learn asyncio")) {
      var added = client.post(url + "/notes").json(new NewNote(text)).send().requireSuccess();
      IO.println("POST /notes   " + added.status() + " " + added.json(Note.class));
    }
    var found = client.get(url + "/notes").query("text", "milk").send();
    IO.println("GET /notes    " + found.status() + " " + found.text());
    var missing = client.get(url + "/notes/7").send();
    IO.println("GET /notes/7  " + missing.status() + " " + missing.text());

    double began = getRunningLoop().time();
    var clients = new ArrayList<Task<String>>();
    for (int i = 0; i < 200; i++) { // over 20 connections: see maxPerOrigin
      clients.add(createTask(() -> client.get(url + "/slow?ms=20").send().text()));
    }
    var answers = await(gather(clients));
    System.out.printf(
        "200 clients waited 20 ms each: %d answers in %.1f s%n",
        answers.stream().filter("Hello, World!"::equals).count(), getRunningLoop().time() - began);
  }
}
