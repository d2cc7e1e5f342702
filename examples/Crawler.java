//JAVA 25+
//DEPS io.github.jasyncio:jasyncio-http:0.1.0
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// Crawls a web site twice, one page at a time and then many at once, all on one thread. Between two
// awaits nothing else runs: that is why the frontier is made of plain collections, without a lock.

import static jasyncio.Asyncio.*;
import static java.nio.charset.StandardCharsets.*;

import module java.net.http;

import jasyncio.CancelledError;
import jasyncio.Future;
import jasyncio.KeyboardInterrupt;
import jasyncio.Task;
import jasyncio.http.Http;
import jasyncio.http.HttpClient;
import jasyncio.http.HttpOptions;
import jasyncio.http.HttpServer;
import jasyncio.http.Request;
import jasyncio.http.Response;
import jasyncio.net.ConnectOptions;
import jasyncio.net.StreamReader;
import jasyncio.net.Streams;
import javax.net.ssl.SSLContext;

static final String USAGE =
    """
    Usage: Crawler.java [options]

    Crawls a web site one page at a time, then many at once, and compares the two.

      --url URL          the site, same host only (default: one that the example serves itself)
      --max-pages N      visit at most N pages (200)
      --depth N          follow links at most N deep (10)
      --concurrency N    pages fetched at the same time (10)
      --timeout S        seconds until a request is given up (1.0)
      --retries N        further attempts after a timeout, an I/O error or a 5xx answer (2)
      --client NAME      http: the client of jasyncio.http;
                         streams: HTTP by hand, over the library's streams;
                         jdk: the JDK's HttpClient (http)
      --latency-ms N     mean latency of the example's own site (80)
      --sequential-only  only the first crawl
      --concurrent-only  only the second crawl
      --help             this text
    """;

URI url; // null: the example's own site
int maxPages = 200;
int maxDepth = 10;
int concurrency = 10;
double timeout = 1.0;
int maxRetries = 2;
int latencyMillis = 80;
final List<String> names = new ArrayList<>(List.of("sequential", "concurrent"));
final HttpClient http = new HttpClient();
java.net.http.HttpClient jdk; // null unless it is asked for
Client client = this::get;

/// What asks for a page.
interface Client {
  Answer get(URI page) throws Exception;
}

void main(String[] args) throws Exception {
  parse(List.of(args).iterator());
  try (var _ = jdk) {
    run(() -> crawl());
  } catch (KeyboardInterrupt e) { // compare() has printed what there was
    System.exit(130);
  }
}

void crawl() throws IOException {
  try (http) {
    if (url != null) {
      compare(url);
    } else {
      try (var site = startSite()) {
        compare(URI.create("http://127.0.0.1:" + site.port() + "/0"));
      }
    }
  }
}

/// The main coroutine. Ctrl-C cancels it: it prints what it has and lets the cancellation go on.
void compare(URI start) {
  var crawls = new ArrayList<Crawl>();
  try {
    for (String name : names) {
      crawls.add(new Crawl(name));
      crawls.getLast().run(start, name.equals("sequential") ? 1 : concurrency);
    }
  } catch (CancelledError e) {
    IO.println("\nInterrupted; until then:");
    throw e;
  } finally {
    IO.print(report(crawls));
  }
}

/// A visited page: its HTTP status or what went wrong, and what it took.
record Visit(URI page, String outcome, double seconds, int retries) {}

/// One crawl of the site: a fixed number of workers over a common frontier.
class Crawl {
  static final Pattern HREF = Pattern.compile("href\\s*=\\s*[\"']([^\"'#]+)");

  final String name;
  final Map<URI, Integer> depths = new HashMap<>(); // of all pages seen, in links from the start
  final Deque<URI> frontier = new ArrayDeque<>(); // those not visited yet
  final List<Future<Void>> idle = new ArrayList<>(); // one for each worker that waits for a page
  final List<Visit> visits = new ArrayList<>();
  int active; // workers that are visiting a page
  long startNanos = System.nanoTime();
  double seconds;

  Crawl(String name) {
    this.name = name;
  }

  /// Returns when every page was visited. A cancellation ends all workers before it goes on.
  void run(URI start, int workers) {
    add(start, 0);
    Task<?> progress = createTask(() -> showProgress());
    try {
      taskGroup(group -> {
        for (int i = 1; i <= workers; i++) {
          group.createTask(() -> work(), "worker-" + i);
        }
      });
    } finally {
      seconds = secondsSince(startNanos);
      progress.cancel();
    }
  }

  void work() {
    for (URI page = next(); page != null; page = next()) {
      active++;
      try {
        visit(page);
      } finally {
        active--;
        wakeIdle();
      }
    }
  }

  /// The next page; null when there is none and nobody is left who could find one.
  URI next() {
    while (frontier.isEmpty() && active > 0) {
      var wakeUp = new Future<Void>();
      idle.add(wakeUp);
      await(wakeUp);
    }
    return frontier.poll();
  }

  void add(URI page, int depth) {
    if (depth <= maxDepth && depths.size() < maxPages && depths.putIfAbsent(page, depth) == null) {
      frontier.add(page);
      wakeIdle();
    }
  }

  void wakeIdle() {
    idle.removeIf(wakeUp -> wakeUp.done()); // of workers that were cancelled
    idle.forEach(wakeUp -> wakeUp.setResult(null));
    idle.clear();
  }

  /// Tries until there is an answer, waiting 0.1 s, 0.2 s, 0.4 s … in between.
  void visit(URI page) {
    long start = System.nanoTime();
    String outcome = tryOnce(page);
    int retries = 0;
    for (; !outcome.matches("[1-4].*") && retries < maxRetries; retries++) {
      sleep(0.1 * (1 << retries));
      outcome = tryOnce(page);
    }
    visits.add(new Visit(page, outcome, secondsSince(start), retries));
  }

  String tryOnce(URI page) {
    try {
      var answer = waitFor(() -> client.get(page), timeout);
      addLinks(page, answer.body());
      return String.valueOf(answer.status());
    } catch (Exception e) { // not a CancelledError, which is an Error
      return e.getClass().getSimpleName();
    }
  }

  void addLinks(URI page, String html) {
    for (MatchResult href : HREF.matcher(html).results().toList()) {
      try {
        URI uri = page.resolve(href.group(1)).normalize();
        if (uri.resolve("/").equals(page.resolve("/"))) { // the same host
          add(uri, depths.get(page) + 1);
        }
      } catch (IllegalArgumentException e) { // not an address, hence not a page
      }
    }
  }

  /// One line rewritten in place on a terminal, a new line every second elsewhere.
  void showProgress() {
    boolean terminal = System.console() != null && System.console().isTerminal();
    while (true) {
      sleep(terminal ? 0.1 : 1.0);
      String line =
          "%s: %4d visited, %3d active, %4d waiting, %6.1f s"
              .formatted(name, visits.size(), active, frontier.size(), secondsSince(startNanos));
      IO.print(terminal ? "\r" + line : line + "\n");
    }
  }
}

record Answer(int status, String body) {}

Answer get(URI page) throws IOException {
  var response = http.get(page.toString()).send();
  return new Answer(response.status(), response.text());
}

Answer getWithJdk(URI page) {
  var request = HttpRequest.newBuilder(page).build();
  var response = await(jdk.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
  return new Answer(response.statusCode(), response.body());
}

/// HTTP/1.1 by hand, as a lesson: a connection for each page, which both sides close afterwards.
Answer getByHand(URI page) throws Exception {
  boolean tls = page.getScheme().equals("https");
  var options = ConnectOptions.defaults();
  if (tls) {
    options = options.tls(SSLContext.getDefault());
  }
  int port = page.getPort() >= 0 ? page.getPort() : tls ? 443 : 80;
  try (var connection = Streams.openConnection(page.getHost(), port, options)) {
    String path = page.getRawPath().isEmpty() ? "/" : page.getRawPath();
    String query = page.getRawQuery() == null ? "" : "?" + page.getRawQuery();
    var request = "GET %s%s HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n";
    connection.writer().write(request.formatted(path, query, page.getHost(), port), US_ASCII);
    return readAnswer(connection.reader());
  }
}

Answer readAnswer(StreamReader reader) throws IOException {
  String status = reader.readLine(ISO_8859_1);
  if (status == null || !status.matches("HTTP/1\\.[01] \\d{3}\\b.*\\s*")) {
    throw new ProtocolException("no HTTP: " + status);
  }
  var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
  String line;
  while ((line = reader.readLine(ISO_8859_1)) != null && !line.isEmpty()) { // or the headers end
    int colon = line.indexOf(':');
    headers.put(line.substring(0, Math.max(colon, 0)), line.substring(colon + 1).strip());
  }
  byte[] body =
      "chunked".equalsIgnoreCase(headers.get("Transfer-Encoding"))
          ? readChunks(reader)
          : headers.containsKey("Content-Length")
              ? reader.readexactly(Integer.parseInt(headers.get("Content-Length")))
              : reader.read(); // up to the end of the connection
  return new Answer(Integer.parseInt(status.substring(9, 12)), new String(body, UTF_8));
}

byte[] readChunks(StreamReader reader) throws IOException {
  var body = new ByteArrayOutputStream();
  while (true) {
    String line = reader.readLine(US_ASCII);
    if (line == null) {
      throw new EOFException("the last chunk is missing");
    }
    String size = line.replaceFirst(";.*", "").strip();
    var chunk = reader.readexactly(Integer.parseInt(size, 16));
    if (chunk.length == 0) {
      return body.toByteArray();
    }
    body.writeBytes(chunk);
    reader.readline(); // the end of the chunk's last line
  }
}

/// What the crawls found: a column for each, then the slowest pages of the last one.
String report(List<Crawl> crawls) {
  var text = new StringBuilder("\n");
  addRow(text, "", crawls, crawl -> crawl.name);
  addRow(text, "pages", crawls, crawl -> crawl.visits.size());
  var visits = crawls.stream().flatMap(crawl -> crawl.visits.stream());
  for (String outcome : visits.map(Visit::outcome).distinct().sorted().toList()) {
    Predicate<Visit> same = visit -> visit.outcome().equals(outcome);
    addRow(text, "  " + outcome, crawls, crawl -> crawl.visits.stream().filter(same).count());
  }
  addRow(text, "retries", crawls, crawl -> crawl.visits.stream().mapToInt(Visit::retries).sum());
  addRow(text, "time", crawls, crawl -> "%.2f s".formatted(crawl.seconds));
  if (crawls.size() == 2) {
    addRow(text, "speed-up", crawls, c -> "%.1f x".formatted(crawls.get(0).seconds / c.seconds));
  }
  text.append("\nslowest pages\n");
  var slowest = Comparator.comparingDouble(Visit::seconds).reversed();
  for (Visit v : crawls.getLast().visits.stream().sorted(slowest).limit(5).toList()) {
    text.append("%8.2f s  %-16s %s\n".formatted(v.seconds(), v.outcome(), v.page()));
  }
  return text.toString();
}

void addRow(StringBuilder text, String label, List<Crawl> crawls, Function<Crawl, Object> value) {
  text.append("%-18s".formatted(label));
  crawls.forEach(crawl -> text.append("%14s".formatted(value.apply(crawl))));
  text.append("\n");
}

double secondsSince(long startNanos) {
  return (System.nanoTime() - startNanos) / 1e9;
}

// A site to practise on, on the same loop: sixty pages, some far too slow and some unavailable at
// first.
final Set<Integer> failing = new HashSet<>();

HttpServer startSite() throws IOException {
  var options = HttpOptions.defaults().grace(Duration.ZERO); // its slowest pages take a minute
  return Http.start(rq -> answer(rq), "127.0.0.1", 0, options);
}

Response answer(Request rq) {
  int page = Integer.parseInt(rq.path().substring(1));
  var random = new Random(page);
  // Every tenth page answers 503 at first, and 503 at first again in the next crawl.
  boolean unavailable = page % 10 == 7 && (failing.add(page) || !failing.remove(page));
  // Page n links to 3n + 1, 3n + 2, 3n + 3 and to pages before it; there is no page 60.
  var html = new StringBuilder("<a href='https://example.com/'>elsewhere</a>");
  for (int i = 3 * page + 1; i <= Math.min(3 * page + 3, 60); i++) {
    html.append("<a href='/%d'>on</a><a href=\"%d\">up</a>".formatted(i, random.nextInt(page + 1)));
  }
  sleep(page % 25 == 24 ? 60 : random.nextInt(2 * latencyMillis + 1) / 1000.0);
  return Response.html(html.toString()).status(unavailable ? 503 : page < 60 ? 200 : 404);
}

void parse(Iterator<String> args) {
  while (args.hasNext()) {
    String[] parts = args.next().split("=", 2);
    String option = parts[0];
    if (!USAGE.contains("\n  " + option + " ")) {
      fail("unknown option " + option);
    }
    boolean takesNext = parts.length == 1 && !option.matches("--help|.*-only") && args.hasNext();
    String value = takesNext ? args.next() : parts.length == 2 ? parts[1] : "";
    try {
      switch (option) {
        case "--url" -> url = httpAddress(value);
        case "--max-pages" -> maxPages = number(value, 1).intValueExact();
        case "--depth" -> maxDepth = number(value, 0).intValueExact();
        case "--concurrency" -> concurrency = number(value, 1).intValueExact();
        case "--timeout" -> timeout = number(value, 0).doubleValue();
        case "--retries" -> maxRetries = number(value, 0).intValueExact();
        case "--client" -> client = client(value);
        case "--latency-ms" -> latencyMillis = number(value, 0).intValueExact();
        case "--sequential-only" -> names.remove("concurrent");
        case "--concurrent-only" -> names.remove("sequential");
        case "--help" -> {
          IO.print(USAGE);
          System.exit(0);
        }
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      fail("%s does not take '%s'".formatted(option, value));
    }
  }
  if (names.isEmpty()) {
    fail("--sequential-only and --concurrent-only exclude each other");
  }
}

URI httpAddress(String text) {
  return HttpRequest.newBuilder(URI.create(text.replaceFirst("//[^/]+$", "$0/"))).build().uri();
}

Client client(String name) {
  return switch (name) {
    case "http" -> this::get;
    case "streams" -> this::getByHand;
    case "jdk" -> {
      jdk = java.net.http.HttpClient.newHttpClient();
      yield this::getWithJdk;
    }
    default -> throw new IllegalArgumentException();
  };
}

BigDecimal number(String text, int least) {
  var number = new BigDecimal(text);
  if (number.compareTo(BigDecimal.valueOf(least)) < 0) {
    throw new IllegalArgumentException();
  }
  return number;
}

void fail(String message) {
  System.err.println("crawler: " + message + " (see --help)");
  System.exit(2);
}
