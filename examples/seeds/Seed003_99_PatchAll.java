import static jasyncio.gevent.Gevent.*;

import jasyncio.gevent.Greenlet;
import jasyncio.gevent.Monkey;

// After patchAll a plain Thread.sleep lets the other greenlets run.
void funcA() throws InterruptedException {
  IO.println("-------A-------");
  Thread.sleep(500);
  IO.println("-------A1-------");
}

void funcB() throws InterruptedException {
  IO.println("-------B-------");
  Thread.sleep(500);
  IO.println("-------B1-------");
}

void main() {
  Monkey.patchAll();
  Greenlet<Void> g1 = spawn(() -> funcA());
  Greenlet<Void> g2 = spawn(() -> funcB());
  g1.join();
  g2.join();
}
