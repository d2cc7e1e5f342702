//JAVA 25+
//DEPS io.github.jasyncio:jasyncio-http:0.1.0
//DEPS tools.jackson.core:jackson-databind:3.3.0
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// A page that shows an event loop at work, live: how late it is, and what it has to do. The figures
// come as server-sent events; one task takes them for all who look. Have it start many tasks, or
// block it, and see what happens.

import static jasyncio.Asyncio.*;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.KeyboardInterrupt;
import jasyncio.http.EventStream;
import jasyncio.http.Http;
import jasyncio.http.HttpProblem;
import jasyncio.http.HttpServer;
import jasyncio.http.JsonCodec;
import jasyncio.http.Request;
import jasyncio.http.Response;
import jasyncio.http.Router;
import jasyncio.http.ServerSentEvent;
import jasyncio.sync.Condition;

static final String USAGE =
    """
    Usage: Dashboard.java [--port N]

    Serves a page with the figures of its own event loop until Ctrl-C.

      --port N   where to listen (8080); 0 takes any that is free
      --help     this text
    """;

static final int KEPT = 240; // samples that who opens the page is shown
static final int LOOKS = 5; // at the clock, for one sample
static final double BETWEEN = 0.1; // seconds

/// What the loop looked like.
///
/// @param time in milliseconds since 1970; it counts the samples as well
/// @param lag by how much the latest of some short sleeps was late, in milliseconds
record Sample(
    long time,
    double lag,
    int tasks,
    int ready,
    int timers,
    int connections,
    long requests,
    long heap) {}

final Deque<Sample> samples = new ArrayDeque<>();
final Condition changed = new Condition();

int port = 8080;

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
    port = Integer.parseInt(value);
  }
}

void fail(String message) {
  System.err.println("dashboard: " + message + " (see --help)");
  System.exit(2);
}

void serve() throws IOException {
  var app =
      new Router()
          .get("/", rq -> page())
          .sse("/figures", this::show)
          .post("/tasks", rq -> startTasks(number(rq, 10_000)))
          .post("/block", rq -> block(number(rq, 2_000)));
  try (var server = Http.start(app, "127.0.0.1", port)) {
    IO.println("serving on http://127.0.0.1:" + server.port() + "/  (Ctrl-C ends it)");
    var watching = createTask(() -> watch(server), "watch");
    try {
      server.serveForever();
    } finally {
      watching.cancel();
    }
  }
}

// ---- the figures --------------------------------------------------------------------------------

/// Takes samples, and wakes those that show them.
void watch(HttpServer server) {
  var loop = getRunningLoop();
  while (true) {
    double lag = 0;
    for (int i = 0; i < LOOKS; i++) {
      double due = loop.time() + BETWEEN;
      sleep(BETWEEN);
      lag = Math.max(lag, loop.time() - due);
    }
    var now = loop.statistics();
    var memory = Runtime.getRuntime();
    samples.add(
        new Sample(
            System.currentTimeMillis(),
            Math.round(lag * 1e5) / 100.0,
            now.tasks(),
            now.ready(),
            now.timers(),
            server.statistics().connections(),
            server.statistics().requests(),
            memory.totalMemory() - memory.freeMemory()));
    if (samples.size() > KEPT) {
      samples.remove();
    }
    try (var held = changed.acquire()) {
      changed.signalAll();
    }
  }
}

/// Sends the samples that a page does not have yet, for as long as it is open.
void show(Request rq, EventStream out) throws IOException {
  var last = Objects.requireNonNullElse(out.lastEventId(), "");
  long had = last.matches("\\d{1,18}") ? Long.parseLong(last) : 0;
  while (true) {
    for (var sample : List.copyOf(samples)) { // others are added while one is sent
      if (sample.time() > had) {
        had = sample.time();
        var json = new String(JsonCodec.installed().write(sample), UTF_8);
        out.send(ServerSentEvent.of(json).id(String.valueOf(had)));
      }
    }
    long newest = had;
    try (var held = changed.acquire()) {
      changed.waitFor(() -> !samples.isEmpty() && samples.getLast().time() > newest);
    }
  }
}

// ---- something to do ----------------------------------------------------------------------------

int number(Request rq, int most) {
  var n = rq.query().require("n");
  if (!n.matches("\\d{1,6}") || Integer.parseInt(n) > most) {
    throw HttpProblem.of(400, "n is a number up to " + most + ".");
  }
  return Integer.parseInt(n);
}

/// Starts tasks that sleep for some seconds.
Response startTasks(int count) {
  var random = new Random();
  for (int i = 0; i < count; i++) {
    createTask(() -> sleep(random.nextDouble(5)));
  }
  return Response.empty(204);
}

/// Does what no coroutine should do.
Response block(int millis) throws InterruptedException {
  Thread.sleep(millis);
  return Response.empty(204);
}

// ---- the page -----------------------------------------------------------------------------------

Response page() {
  return Response.html(PAGE)
      .header(
          "Content-Security-Policy",
          "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'");
}

static final String PAGE =
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <meta name="color-scheme" content="light dark">
    <title>Event loop</title>
    <style>
    :root { --page: light-dark(#fff, #12161b); --line: light-dark(#d8dde4, #2c333c);
            --soft: light-dark(#5d6774, #97a2b0); --lag: light-dark(#c2410c, #fb923c);
            --tasks: light-dark(#1d4ed8, #60a5fa); }
    body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem; background: var(--page);
           font: 16px/1.45 system-ui, sans-serif; }
    header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
    h1 { font-size: 1.25rem; margin: 0; }
    h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; font-weight: 600; }
    #state, dt, figcaption { color: var(--soft); font-size: .85rem; }
    dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.75rem, 1fr)); gap: .75rem; margin: 1rem 0; }
    dl div { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem; }
    dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
    figure { margin: 0; }
    svg { display: block; width: 100%; height: 160px; border: 1px solid var(--line); border-radius: .5rem; }
    path { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
    figcaption { display: flex; justify-content: space-between; }
    .buttons { display: flex; gap: .5rem; flex-wrap: wrap; margin-top: 1.5rem; }
    button { font: inherit; padding: .4rem .75rem; border-radius: .5rem; border: 1px solid var(--line);
             background: light-dark(#eef1f5, #1f262e); }
    </style>
    </head>
    <body>
    <header><h1>Event loop</h1><span id="state" role="status">Connecting</span></header>
    <dl>
      <div><dt>Lag</dt><dd id="lag">–</dd></div>
      <div><dt>Tasks</dt><dd id="tasks">–</dd></div>
      <div><dt>Ready</dt><dd id="ready">–</dd></div>
      <div><dt>Timers</dt><dd id="timers">–</dd></div>
      <div><dt>Connections</dt><dd id="connections">–</dd></div>
      <div><dt>Requests</dt><dd id="requests">–</dd></div>
      <div><dt>Heap</dt><dd id="heap">–</dd></div>
    </dl>
    <figure><h2>Lag, in milliseconds</h2>
      <svg viewBox="0 0 240 100" preserveAspectRatio="none" role="img" aria-label="Lag over two minutes">
        <path id="lag-line" stroke="var(--lag)"/></svg>
      <figcaption><span>two minutes ago</span><span>at most <span id="lag-most">–</span></span></figcaption>
    </figure>
    <figure><h2>Tasks</h2>
      <svg viewBox="0 0 240 100" preserveAspectRatio="none" role="img" aria-label="Tasks over two minutes">
        <path id="tasks-line" stroke="var(--tasks)"/></svg>
      <figcaption><span>two minutes ago</span><span>at most <span id="tasks-most">–</span></span></figcaption>
    </figure>
    <div class="buttons">
      <button data-do="tasks?n=1000">Start 1000 tasks</button>
      <button data-do="tasks?n=10000">Start 10 000 tasks</button>
      <button data-do="block?n=300">Block the loop for 300 ms</button>
    </div>
    <script>
    const $ = (id) => document.getElementById(id);
    const kept = 240;
    const samples = [];
    const numbers = new Intl.NumberFormat('en');
    const texts = {
      lag: (value) => value.toFixed(value < 10 ? 1 : 0) + ' ms',
      heap: (value) => (value / 1048576).toFixed(0) + ' MiB',
    };

    function draw(name, least) {
      const most = Math.max(least, ...samples.map((sample) => sample[name]));
      const x = (i) => kept - samples.length + i + .5;
      const y = (value) => (96 - 92 * value / most).toFixed(1);
      $(name + '-line').setAttribute('d',
        samples.map((sample, i) => (i === 0 ? 'M' : 'L') + x(i) + ' ' + y(sample[name])).join(''));
      $(name + '-most').textContent = (texts[name] ?? numbers.format)(
        Math.max(...samples.map((sample) => sample[name])));
    }

    const figures = new EventSource('/figures');
    figures.onopen = () => { $('state').textContent = 'Live'; };
    figures.onerror = () => { $('state').textContent = 'Lost the connection; trying again'; };
    figures.onmessage = (event) => {
      const sample = JSON.parse(event.data);
      samples.push(sample);
      if (samples.length > kept) {
        samples.shift();
      }
      for (const name of ['lag', 'tasks', 'ready', 'timers', 'connections', 'requests', 'heap']) {
        $(name).textContent = (texts[name] ?? numbers.format)(sample[name]);
      }
      draw('lag', 10);
      draw('tasks', 10);
    };

    for (const button of document.querySelectorAll('button')) {
      button.addEventListener('click', () => fetch(button.dataset.do, { method: 'POST' }));
    }
    </script>
    </body>
    </html>
    """;
