//JAVA 25+
//DEPS io.github.jasyncio:jasyncio-http:0.1.0
//DEPS tools.jackson.core:jackson-databind:3.3.0
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// A chat over WebSockets, with its page: one handler a client, one map of clients, no lock. What is
// said goes into a short queue of each; whoever reads so slowly that it is full is put out, and
// holds up nobody.

import static jasyncio.Asyncio.*;
import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.KeyboardInterrupt;
import jasyncio.http.AccessLog;
import jasyncio.http.Http;
import jasyncio.http.JsonCodec;
import jasyncio.http.Response;
import jasyncio.http.Router;
import jasyncio.http.WebSocket;
import jasyncio.http.WebSocketClosedException;
import jasyncio.http.WebSocketOptions;
import jasyncio.queue.Queue;
import jasyncio.queue.QueueFullException;

static final String USAGE =
    """
    Usage: WebChat.java [--port N]

    Serves a chat, page and all, until Ctrl-C. Open the address in two windows of a browser.

      --port N   where to listen (8080); 0 takes any that is free
      --help     this text
    """;

static final int MAX_TEXT = 1000; // characters
static final int MAX_NAME = 20;
static final int HISTORY = 50; // messages that who comes is shown
static final int BACKLOG = 100; // messages that a client may be behind

/// What is sent to the pages, as JSON.
record Message(String kind, String name, String text, String time, List<String> present) {}

/// One who is here: the messages that are on their way to him.
record Client(WebSocket socket, Queue<String> outgoing) {}

final Map<String, Client> clients = new LinkedHashMap<>(); // by name
final Deque<String> history = new ArrayDeque<>();

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
  System.err.println("chat: " + message + " (see --help)");
  System.exit(2);
}

void serve() throws IOException {
  var app =
      new Router()
          .get("/", rq -> page())
          .webSocket("/chat", WebSocketOptions.defaults().maxMessage(8 * MAX_TEXT), this::welcome)
          .with(AccessLog.to(IO::println));
  try (var server = Http.start(app, "127.0.0.1", port)) {
    IO.println("serving on http://127.0.0.1:" + server.port() + "/  (Ctrl-C ends it)");
    server.serveForever();
  }
}

/// The page loads nothing from elsewhere, and makes text of what is said, never HTML.
Response page() {
  return Response.html(PAGE)
      .header(
          "Content-Security-Policy",
          "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'");
}

// ---- one client ---------------------------------------------------------------------------------

void welcome(WebSocket socket) throws Exception {
  var name = socket.request().query().get("name", "").strip();
  if (name.isEmpty() || name.length() > MAX_NAME) {
    socket.close(4000, "A name has 1 to " + MAX_NAME + " characters.");
    return;
  }
  var client = new Client(socket, new Queue<>(BACKLOG));
  if (clients.putIfAbsent(name, client) != null) {
    socket.close(4001, "Somebody else is called " + name + ".");
    return;
  }
  try {
    history.forEach(client.outgoing::putNowait);
    tell("came", name, "");
    taskGroup(group -> {
      group.createTask(() -> send(client), "send to " + name);
      for (var message : socket) { // until the client leaves, or the server ends
        var text = message.isText() ? message.text().strip() : "";
        if (!text.isEmpty()) {
          tell("said", name, text.substring(0, Math.min(text.length(), MAX_TEXT)));
        }
      }
      group.cancel(); // nothing is left to send to him
    });
  } finally {
    clients.remove(name);
    tell("left", name, "");
  }
}

/// Sends what waits for a client, at his pace.
void send(Client client) {
  try {
    for (var message : client.outgoing) { // until it is shut down
      client.socket.send(message);
    }
    client.socket.close(4002, "You were too slow.");
  } catch (WebSocketClosedException e) {
    // he has gone, which his handler sees
  }
}

/// Tells everybody. Does not suspend.
void tell(String kind, String name, String text) {
  var time = LocalTime.now().truncatedTo(ChronoUnit.MINUTES).toString();
  var message = json(new Message(kind, name, text, time, List.copyOf(clients.keySet())));
  if (kind.equals("said")) {
    history.add(message);
    if (history.size() > HISTORY) {
      history.remove();
    }
  }
  for (var client : clients.values()) {
    try {
      if (!client.outgoing.isShutdown()) {
        client.outgoing.putNowait(message);
      }
    } catch (QueueFullException e) {
      client.outgoing.shutdown(true); // with all that is in it
    }
  }
}

String json(Object value) {
  try {
    return new String(JsonCodec.installed().write(value), UTF_8);
  } catch (IOException e) {
    throw new UncheckedIOException(e);
  }
}

// ---- the page -----------------------------------------------------------------------------------

static final String PAGE =
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <meta name="color-scheme" content="light dark">
    <title>Chat</title>
    <style>
    :root { --line: light-dark(#d8dde4, #2c333c); --soft: light-dark(#5d6774, #97a2b0);
            --bubble: light-dark(#eef1f5, #1f262e); --own: light-dark(#d9e9ff, #17385e);
            --page: light-dark(#fff, #12161b); }
    * { box-sizing: border-box; }
    body { margin: 0; height: 100dvh; display: grid; grid: auto 1fr auto / 1fr 12rem; background: var(--page);
           font: 16px/1.45 system-ui, sans-serif; }
    header { grid-column: 1 / -1; display: flex; gap: 1rem; align-items: baseline; padding: .75rem 1rem;
             border-bottom: 1px solid var(--line); }
    h1, h2 { font-size: 1rem; margin: 0; }
    h2, #state, time { color: var(--soft); font-weight: normal; font-size: .85rem; }
    #talk { overflow-y: auto; padding: 1rem; display: flex; flex-direction: column; gap: .5rem; }
    .said { max-width: 34rem; padding: .4rem .75rem; border-radius: .75rem; background: var(--bubble);
            align-self: start; overflow-wrap: anywhere; white-space: pre-wrap; }
    .said.own { align-self: end; background: var(--own); }
    .said b { margin-right: .5rem; }
    .note { align-self: center; color: var(--soft); font-size: .85rem; }
    aside { border-left: 1px solid var(--line); padding: 1rem; overflow-y: auto; }
    ul { list-style: none; margin: .5rem 0 0; padding: 0; }
    form { grid-column: 1 / -1; display: flex; gap: .5rem; padding: .75rem 1rem; border-top: 1px solid var(--line); }
    input { flex: 1; min-width: 0; }
    input, button { font: inherit; padding: .45rem .75rem; border-radius: .5rem; border: 1px solid var(--line);
                    background: var(--page); }
    button { background: var(--bubble); }
    @media (max-width: 40rem) { body { grid-template-columns: 1fr; } aside { display: none; } }
    </style>
    </head>
    <body>
    <header><h1>Chat</h1><span id="state" role="status">Not connected</span></header>
    <div id="talk" role="log" aria-label="What was said"></div>
    <aside><h2>Here</h2><ul id="present"></ul></aside>
    <form id="form" autocomplete="off">
      <input id="text" maxlength="1000" aria-label="Your name" placeholder="Your name" autofocus required>
      <button>Enter</button>
    </form>
    <script>
    const $ = (id) => document.getElementById(id);
    let name = '', socket = null, wait = 500;

    function element(tag, text, className = '') {
      const made = document.createElement(tag);
      made.textContent = text;
      made.className = className;
      return made;
    }

    function show(message) {
      const talk = $('talk');
      const atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 40;
      if (message.kind === 'said') {
        const line = element('div', '', 'said' + (message.name === name ? ' own' : ''));
        line.append(element('b', message.name), message.text + ' ', element('time', message.time));
        talk.append(line);
      } else {
        talk.append(element('div', message.name + (message.kind === 'came' ? ' has come' : ' has left'), 'note'));
      }
      $('present').replaceChildren(...message.present.map((each) => element('li', each)));
      if (atEnd) {
        talk.scrollTop = talk.scrollHeight;
      }
    }

    function ask(what, button) {
      $('text').placeholder = what;
      $('text').setAttribute('aria-label', what);
      document.querySelector('button').textContent = button;
    }

    function connect() {
      const address = location.origin.replace(/^http/, 'ws') + '/chat?name=' + encodeURIComponent(name);
      socket = new WebSocket(address);
      socket.onopen = () => {
        wait = 500;
        $('talk').replaceChildren();
        $('state').textContent = 'Connected as ' + name;
        ask('Say something', 'Send');
      };
      socket.onmessage = (event) => show(JSON.parse(event.data));
      socket.onclose = (event) => {
        socket = null;
        $('present').replaceChildren();
        if (event.code >= 4000) { // the server does not want us under this name
          $('state').textContent = event.reason;
          name = '';
          ask('Your name', 'Enter');
        } else {
          $('state').textContent = 'Lost the connection; trying again';
          setTimeout(connect, wait);
          wait = Math.min(2 * wait, 10000);
        }
      };
    }

    $('form').addEventListener('submit', (event) => {
      event.preventDefault();
      const text = $('text').value.trim();
      if (!text) {
        return;
      }
      if (!name) {
        name = text;
        connect();
      } else if (socket?.readyState === WebSocket.OPEN) {
        socket.send(text);
      } else {
        return; // what is not sent stays where it is
      }
      $('text').value = '';
    });
    </script>
    </body>
    </html>
    """;
