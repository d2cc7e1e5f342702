//JAVA 25+
//DEPS io.github.jasyncio:jasyncio:0.1.0
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// Asks an API many questions: no faster than it allows, no more at a time than agreed, asking again
// what failed for the moment, and giving up a question when its time is over.

import static jasyncio.Asyncio.*;

import module java.net.http;
import module jdk.httpserver;

import jasyncio.Future;
import jasyncio.sync.Lock;
import jasyncio.sync.Semaphore;

static final String USAGE =
    """
    Usage: RateLimitedClient.java

    Asks an API that it serves itself 50 questions, at most 100 a second and 8 at a time.

      --help    this text
    """;

static final double PER_SECOND = 100; // what the API allows
static final int AT_A_TIME = 8;
static final double DEADLINE = 2.0; // seconds for one answer, all attempts together
static final int ATTEMPTS = 5;

void main(String[] args) throws IOException {
  if (args.length != 0) {
    IO.print(USAGE);
    System.exit(args[0].equals("--help") ? 0 : 2);
  }
  var api = new Api();
  var address = URI.create("http://127.0.0.1:" + api.server.getAddress().getPort());
  try (var http = HttpClient.newHttpClient()) {
    run(() -> askAll(new Client(http), address));
    http.shutdownNow(); // else closing it waits for the answers that never come
  } finally {
    api.server.stop(0);
  }
  IO.println("the API was asked %d times".formatted(api.asked.get()));
}

void askAll(Client client, URI api) {
  double start = getRunningLoop().time();
  var answers = new ArrayList<Future<String>>();
  for (int i = 0; i < 50; i++) {
    var uri = api.resolve("/" + i);
    answers.add(createTask(() -> client.ask(uri)));
  }
  var outcomes = new TreeMap<String, Integer>();
  for (Object outcome : await(gather(RETURN_EXCEPTIONS, answers))) {
    var kind = outcome instanceof Exception e ? e.getClass().getSimpleName() : "answered";
    outcomes.merge(kind, 1, Integer::sum);
  }
  IO.println(outcomes);
  double rate = 50 / (getRunningLoop().time() - start);
  IO.println(rate <= PER_SECOND * 1.05 ? "within the rate" : "too fast: " + rate);
  IO.println(client.retries + " asked again");
}

static class Client {
  final HttpClient http;
  final Semaphore slots = new Semaphore(AT_A_TIME);
  final Lock pace = new Lock();
  double next; // when the next request may go, in the loop's time
  int retries;

  Client(HttpClient http) {
    this.http = http;
  }

  /// The answer. A TimeoutException leaves neither a request nor a slot behind.
  String ask(URI uri) throws Exception {
    return slots.run(() -> timeout(DEADLINE, () -> askUntilAnswered(uri)));
  }

  String askUntilAnswered(URI uri) throws IOException {
    for (int attempt = 1; ; attempt++) {
      awaitTurn();
      var request = HttpRequest.newBuilder(uri).build();
      var response = await(http.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
      int status = response.statusCode();
      if (status == 200) {
        return response.body();
      } else if (status != 429 && status != 503 || attempt == ATTEMPTS) {
        throw new IOException("status " + status + " from " + uri);
      }
      retries++;
      double seconds = response.headers().firstValueAsLong("Retry-After").orElse(0);
      sleep(Math.max(seconds, 0.01 * (1 << attempt))); // 20 ms, 40 ms, 80 ms …
    }
  }

  /// Waits until this request may go. The lock is fair: they go in the order in which they came.
  void awaitTurn() {
    pace.run(() -> {
      double now = getRunningLoop().time();
      sleep(next - now);
      next = Math.max(now, next) + 1 / PER_SECOND;
    });
  }
}

/// What stands in for the API: refuses every fifth question at first, and never answers two.
static class Api {
  final HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
  final AtomicInteger asked = new AtomicInteger();
  final Set<String> refused = ConcurrentHashMap.newKeySet();

  Api() throws IOException {
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> answer(exchange));
    server.start();
  }

  void answer(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    String path = exchange.getRequestURI().getPath();
    int question = Integer.parseInt(path.substring(1));
    if (question % 20 != 13) {
      boolean unavailable = question % 5 == 0 && refused.add(path);
      exchange.sendResponseHeaders(unavailable ? 503 : 200, -1);
      exchange.close();
    }
  }
}
