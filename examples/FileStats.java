//JAVA 25+
//DEPS io.github.jasyncio:jasyncio:0.1.0
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// Counts the lines, words and bytes of the files, and of the files in the folders, that are its
// arguments; without any, of some that it makes itself. A few at a time, all on one thread: while
// the system reads one file, the words of another are counted, and totals need no lock.

import static jasyncio.Asyncio.*;

import jasyncio.KeyboardInterrupt;
import jasyncio.files.AsyncFiles;

static final String USAGE =
    """
    Usage: FileStats.java [FILE or FOLDER]...

    Counts the lines, words and bytes of the files, and of those in the folders; without any, of
    some that it makes itself.

      --help    this text
    """;

static final int LIMIT = 8; // files that are read at the same time

/// What a file has, and why it could not be read.
class Stats {
  final Path path;
  long lines, words, bytes;
  String problem = "";

  Stats(Path path) {
    this.path = path;
  }

  void add(long moreLines, long moreWords, long moreBytes) {
    lines += moreLines;
    words += moreWords;
    bytes += moreBytes;
  }

  String row(Object name) {
    return "%10d%10d%12d  %s%s\n".formatted(lines, words, bytes, name, problem);
  }
}

final List<Stats> done = new ArrayList<>();
final Stats total = new Stats(null); // so far, of all files
int found; // files, done or not

void main(String[] args) throws IOException {
  if (args.length == 1 && args[0].equals("--help")) {
    IO.print(USAGE);
    return;
  }
  try {
    run(() -> {
      if (args.length == 0) {
        countOwnFiles();
      } else {
        count(Stream.of(args).map(Path::of).toList());
      }
    });
  } catch (KeyboardInterrupt e) { // count() has printed what there was
    System.exit(130);
  }
  System.exit(done.stream().allMatch(stats -> stats.problem.isEmpty()) ? 0 : 1);
}

/// Has a few workers take one file after the other.
void count(List<Path> paths) throws IOException {
  var files = new ArrayDeque<Path>();
  for (var path : paths) {
    files.addAll(filesIn(path));
  }
  found = files.size();
  long start = System.nanoTime();
  var progress = createTask(() -> showProgress());
  try {
    taskGroup(group -> {
      for (int i = 1; i <= LIMIT; i++) {
        group.createTask(() -> work(files), "reader-" + i);
      }
    });
  } finally { // also after Ctrl-C
    progress.cancel();
    IO.print(report((System.nanoTime() - start) / 1e9));
  }
}

/// Of a folder, all files beneath it; else the path itself, which may turn out to be missing.
List<Path> filesIn(Path path) throws IOException {
  return toThread(() -> { // one hop for all that is asked of the system
    try (var each = Files.walk(path)) {
      return each.filter(Files::isRegularFile).toList();
    } catch (NoSuchFileException e) {
      return List.of(path);
    }
  });
}

void work(Queue<Path> files) {
  for (var path = files.poll(); path != null; path = files.poll()) {
    var stats = new Stats(path);
    try (var file = AsyncFiles.open(path)) {
      for (byte[] line : file) { // suspends once per buffer, not per line
        stats.add(1, words(line), line.length);
        total.add(1, 0, line.length);
      }
    } catch (IOException e) {
      stats.problem = " (" + e.getClass().getSimpleName() + ")";
    }
    total.words += stats.words;
    done.add(stats);
  }
}

int words(byte[] line) {
  int words = 0;
  boolean inside = false;
  for (byte b : line) {
    boolean blank = b == ' ' || b >= '\t' && b <= '\r';
    words += !blank && !inside ? 1 : 0;
    inside = !blank;
  }
  return words;
}

/// One line, rewritten in place; none where nobody looks at it.
void showProgress() {
  boolean terminal = System.console() != null && System.console().isTerminal();
  while (terminal) {
    IO.print("\r%d of %d files, %d MB".formatted(done.size(), found, total.bytes >> 20));
    sleep(0.1);
  }
}

String report(double seconds) {
  var text = new StringBuilder("\n%10s%10s%12s  file\n".formatted("lines", "words", "bytes"));
  done.sort(Comparator.comparing(stats -> stats.path));
  done.forEach(stats -> text.append(stats.row(stats.path.getFileName())));
  var name = "%d of %d files in %.2f s".formatted(done.size(), found, seconds);
  return text.append(total.row(name)).toString();
}

/// Makes twelve files, the n-th with n thousand lines of seven words, and deletes them afterwards.
void countOwnFiles() throws IOException {
  var folder = AsyncFiles.createTempDirectory("file-stats");
  try {
    for (int n = 1; n <= 12; n++) {
      make(folder.resolve("text-%02d.txt".formatted(n)), n);
    }
    count(List.of(folder));
  } finally {
    for (var path : AsyncFiles.walk(folder).reversed()) {
      AsyncFiles.delete(path);
    }
  }
}

void make(Path path, int thousands) throws IOException {
  try (var file = AsyncFiles.create(path)) {
    for (int i = 0; i < 1000 * thousands; i++) {
      file.writeString("the quick brown fox jumps over " + i + "\n");
    }
  }
}
