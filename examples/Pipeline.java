//JAVA 25+
//DEPS io.github.jasyncio:jasyncio:0.1.0
//JAVA_OPTIONS --add-opens=java.base/java.lang=ALL-UNNAMED
// A pipeline with back-pressure: one stage reads orders, several workers price them, one stage
// writes invoices. The queues between them are bounded: whoever is faster than the next one waits.

import static jasyncio.Asyncio.*;

import jasyncio.queue.Queue;

static final String USAGE =
    """
    Usage: Pipeline.java [options]

      --orders N   how many orders there are (60)
      --workers N  how many are priced at the same time (4)
      --buffer N   how many may wait between two stages (5)
      --help       this text
    """;

int orders = 60;
int workers = 4;
int buffer = 5;

record Order(int number, int pieces) {}

record Invoice(int order, BigDecimal total) {}

/// What a stage did, and how long it waited for its neighbours.
class Stage {
  final String name;
  int items;
  double waited;

  Stage(String name) {
    this.name = name;
  }

  /// Hands an item on; waits while the next stage has enough to do.
  <T> void put(Queue<T> queue, T item) {
    double start = getRunningLoop().time();
    queue.put(item);
    waited += getRunningLoop().time() - start;
    items++;
  }

  @Override
  public String toString() {
    return "%-7s %4d items, %6.2f s of back-pressure".formatted(name, items, waited);
  }
}

void main(String[] args) {
  if (args.length == 1 && args[0].equals("--help")) {
    IO.print(USAGE);
    return;
  }
  try {
    for (int i = 0; i < args.length; i += 2) {
      int value = Integer.parseUnsignedInt(args[i + 1]);
      switch (args[i]) {
        case "--orders" -> orders = value;
        case "--workers" -> workers = value;
        case "--buffer" -> buffer = value;
        default -> throw new IllegalArgumentException(args[i]);
      }
    }
  } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
    System.err.print(USAGE);
    System.exit(2);
  }
  run(() -> process());
}

void process() {
  var incoming = new Queue<Order>(buffer);
  var priced = new Queue<Invoice>(buffer);
  var reader = new Stage("reader");
  var pricing = new Stage("pricing");
  var ledger = new TreeMap<Integer, BigDecimal>();
  int[] fullest = {0, 0};

  // If a stage fails, the group cancels the others: nobody is left waiting at a queue for ever.
  taskGroup(group -> {
    group.createTask(() -> {
      for (int number = 1; number <= orders; number++) {
        reader.put(incoming, new Order(number, number % 7 + 1));
        fullest[0] = Math.max(fullest[0], incoming.qsize());
      }
      incoming.shutdown(); // the end of the orders, for all workers
    });
    group.createTask(() -> {
      taskGroup(team -> {
        for (int i = 0; i < workers; i++) {
          team.createTask(() -> {
            for (Order order : incoming) { // until it is shut down and empty
              pricing.put(priced, price(order));
              fullest[1] = Math.max(fullest[1], priced.qsize());
            }
          });
        }
      });
      priced.shutdown(); // all workers have ended
    });
    group.createTask(() -> {
      for (Invoice invoice : priced) {
        sleep(0.002); // the slow disk
        ledger.put(invoice.order(), invoice.total());
      }
    });
  });

  IO.println(reader);
  IO.println(pricing);
  IO.println("at most %d orders and %d invoices waited".formatted(fullest[0], fullest[1]));
  var sum = ledger.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
  IO.println("%d invoices, %s in all".formatted(ledger.size(), sum));
}

/// Asks somebody what the pieces cost, which takes longer for more of them.
Invoice price(Order order) {
  sleep(0.002 * order.pieces());
  var pieces = BigDecimal.valueOf(order.pieces());
  return new Invoice(order.number(), new BigDecimal("9.95").multiply(pieces));
}
