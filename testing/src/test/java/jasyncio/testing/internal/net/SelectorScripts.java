package jasyncio.testing.internal.net;

import static jasyncio.testing.internal.net.Transcript.bytes;
import static jasyncio.testing.internal.net.Transcript.loopback;
import static jasyncio.testing.internal.net.Transcript.port;
import static jasyncio.testing.internal.net.Transcript.read;
import static java.nio.channels.SelectionKey.OP_ACCEPT;
import static java.nio.channels.SelectionKey.OP_CONNECT;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;

/// What programs do with selectors.
final class SelectorScripts {
  private SelectorScripts() {}

  static void readiness(Transcript t) throws Exception {
    var pair = t.pair();
    var selector = t.selector();
    pair.server().configureBlocking(false);
    var key = pair.server().register(selector, OP_READ | OP_WRITE, "attached");
    t.say("interest", key.interestOps() + " " + key.readyOps() + " " + key.attachment());
    t.say("select", selector.selectNow());
    t.say("ready", key.readyOps());
    t.say("again, still selected", selector.selectNow());
    selector.selectedKeys().clear();
    key.interestOps(OP_READ);
    t.say("nothing", selector.selectNow());
    pair.client().write(bytes("x"));
    t.say("select", selector.select());
    t.say("ready", key.readyOps() + " " + key.isReadable() + " " + key.isWritable());
    t.say("selected", selector.selectedKeys().contains(key));
    t.say("same key", selector.selectedKeys().iterator().next() == key);
    key.interestOps(OP_READ | OP_WRITE);
    t.say("more of a selected key", selector.selectNow());
    t.say("ready", key.readyOps());
    selector.selectedKeys().remove(key);
    t.tries("read", () -> read(pair.server()));
    t.say("write is left", selector.selectNow() + " " + key.readyOps());
    t.tries("add", () -> selector.selectedKeys().add(key));
    t.tries("clear keys", () -> selector.keys().remove(key));
    t.say("same key", pair.server().register(selector, OP_WRITE, null) == key);
    t.say("changed", key.interestOps() + " " + key.attachment());
    t.tries("bad operation", () -> key.interestOps(OP_ACCEPT) == key);
    t.tries("or", () -> key.interestOpsOr(OP_READ));
    t.tries("and", () -> key.interestOpsAnd(OP_READ));
    t.say("interest", key.interestOps());
    t.tries("or bad", () -> key.interestOpsOr(OP_ACCEPT));
  }

  static void actions(Transcript t) throws Exception {
    var pair = t.pair();
    var selector = t.selector();
    pair.server().configureBlocking(false);
    var key = pair.server().register(selector, OP_READ);
    var found = new ArrayList<String>();
    t.say("none", selector.selectNow(k -> found.add("?")));
    pair.client().write(bytes("x"));
    t.say("one", selector.select(k -> found.add("ready " + k.readyOps())));
    t.say("level", selector.select(k -> found.add("ready " + k.readyOps()), 1000));
    t.say("selected", selector.selectedKeys().size());
    t.say("found", found);
    t.tries("within", () -> selector.select(k -> selectWithin(t, selector)));
    t.tries(
        "throws",
        () ->
            selector.select(k -> {
              throw new IllegalStateException("mine");
            }));
    t.tries("still works", () -> selector.selectNow(k -> {}));
    t.tries("null", () -> selector.select(null));
    t.tries("negative", () -> selector.select(-1));
    t.tries("closes", () -> selector.select(SelectorScripts::close));
    t.say("open", selector.isOpen() + " " + key.isValid());
  }

  private static void selectWithin(Transcript t, Selector selector) {
    t.tries("select within", selector::selectNow);
  }

  private static void close(SelectionKey key) {
    try {
      key.selector().close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static void wakeups(Transcript t) throws Exception {
    var selector = t.selector();
    t.say("same", selector.wakeup() == selector);
    t.say("woken before", selector.select());
    selector.wakeup();
    selector.wakeup();
    t.say("once", selector.select());
    t.say("not any more", selector.select(10));
    selector.wakeup();
    t.say("taken", selector.selectNow());
    t.say("not any more", selector.select(10));
    var waker = Thread.ofPlatform().start(selector::wakeup);
    t.say("from a thread", selector.select());
    waker.join();
    Thread.currentThread().interrupt();
    t.say("interrupted", selector.select());
    t.say("still", Thread.currentThread().isInterrupted());
    t.say("interrupted", selector.select(1000));
    t.say("cleared", Thread.interrupted());
    t.say("open", selector.isOpen());
  }

  static void cancelledKeys(Transcript t) throws Exception {
    var pair = t.pair();
    var selector = t.selector();
    pair.server().configureBlocking(false);
    var key = pair.server().register(selector, OP_WRITE);
    t.tries("blocking", () -> pair.server().configureBlocking(true));
    selector.selectNow();
    key.cancel();
    key.cancel();
    t.say("valid", key.isValid());
    t.say("still there", selector.keys().size() + " " + selector.selectedKeys().size());
    t.say("registered", pair.server().isRegistered());
    t.tries("interest", key::interestOps);
    t.tries("interest", () -> key.interestOps(0));
    t.tries("ready", key::readyOps);
    t.tries("register", () -> pair.server().register(selector, OP_READ).interestOps());
    t.say("select", selector.selectNow());
    t.say("gone", selector.keys().size() + " " + selector.selectedKeys().size());
    t.say("registered", pair.server().isRegistered());
    t.tries("register", () -> pair.server().register(selector, OP_READ).interestOps());
    t.say("another key", pair.server().keyFor(selector) != key);
    t.tries("no operation", () -> pair.server().register(selector, 0).interestOps());
    t.tries("bad operation", () -> pair.server().register(selector, OP_ACCEPT).interestOps());
    pair.client().configureBlocking(true);
    t.tries("blocking", () -> pair.client().register(selector, OP_READ));
    t.tries("other's", () -> pair.client().keyFor(t.selector()));
  }

  static void closedSelector(Transcript t) throws Exception {
    var pair = t.pair();
    var selector = t.selector();
    pair.server().configureBlocking(false);
    var key = pair.server().register(selector, OP_WRITE);
    selector.close();
    selector.close();
    t.say("open", selector.isOpen() + " " + key.isValid() + " " + pair.server().isRegistered());
    t.tries("select", selector::selectNow);
    t.tries("keys", selector::keys);
    t.tries("selected", selector::selectedKeys);
    t.tries("register", () -> pair.server().register(selector, OP_READ));
    t.does("wakeup", selector::wakeup);
    t.tries("read", () -> read(pair.server()));
  }

  static void closeWakes(Transcript t) throws Exception {
    var selector = t.selector();
    var thread = Thread.ofPlatform().start(() -> t.tries("select", selector::select));
    Transcript.awaitWaiting(thread);
    selector.close();
    thread.join();
    t.say("open", selector.isOpen());
  }

  static void ordersOfEvents(Transcript t) throws Exception {
    var server = t.listening();
    server.configureBlocking(false);
    var selector = t.selector();
    server.register(selector, OP_ACCEPT);
    t.say("nobody", selector.selectNow());
    var client = t.socket();
    client.configureBlocking(false);
    client.connect(server.getLocalAddress());
    var connecting = client.register(selector, OP_CONNECT | OP_READ | OP_WRITE);
    selector.select();
    while (selector.selectedKeys().size() < 2) {
      selector.select();
    }
    t.say("connecting", connecting.readyOps());
    t.tries("finish", client::finishConnect);
    selector.selectedKeys().clear();
    selector.selectNow();
    t.say("connected", connecting.readyOps());
    var accepted = t.keep(server.accept());
    accepted.setOption(StandardSocketOptions.SO_LINGER, 0);
    accepted.close();
    selector.selectedKeys().clear();
    connecting.interestOps(OP_READ);
    selector.select();
    t.say("reset", connecting.readyOps());
    connecting.interestOps(OP_READ | OP_WRITE);
    selector.selectedKeys().clear();
    selector.select();
    t.say("reset", connecting.readyOps());
    t.tries("read", () -> read(client));
    connecting.interestOps(0);
    selector.selectedKeys().clear();
    t.say("nothing wanted", selector.selectNow());
  }

  static void refusedOnSelector(Transcript t) throws Exception {
    int port;
    try (var server = t.listening()) {
      port = port(server);
    }
    var selector = t.selector();
    var client = t.socket();
    client.configureBlocking(false);
    var key = client.register(selector, OP_CONNECT);
    t.tries("connect", () -> client.connect(loopback(port)));
    selector.select();
    t.say("ready", key.readyOps() + " " + key.isConnectable());
    t.tries("finish", client::finishConnect);
    t.say("valid", key.isValid());
    t.say("keys", selector.selectNow() + " " + selector.keys().size());
  }

  static void unconnected(Transcript t) throws Exception {
    var selector = t.selector();
    var client = t.socket();
    client.configureBlocking(false);
    var key = client.register(selector, OP_CONNECT);
    t.say("hung up, for Linux", selector.selectNow() + " " + key.readyOps());
    selector.selectedKeys().clear();
    key.interestOps(OP_READ);
    t.say("hung up, for Linux", selector.selectNow() + " " + key.readyOps());
    var unbound = t.server();
    unbound.configureBlocking(false);
    var listening = unbound.register(selector, OP_ACCEPT);
    t.say("hung up, for Linux", selector.selectNow() + " " + listening.readyOps());
    t.tries("accept", unbound::accept);
  }

  static void endOfInput(Transcript t) throws Exception {
    var pair = t.pair();
    var selector = t.selector();
    pair.client().configureBlocking(false);
    var key = pair.client().register(selector, OP_READ);
    pair.server().shutdownOutput();
    t.say("select", selector.select());
    t.tries("read", () -> read(pair.client()));
    selector.selectedKeys().clear();
    t.say("still", selector.select() + " " + key.readyOps());
    pair.client().shutdownOutput();
    selector.selectedKeys().clear();
    key.interestOps(OP_READ | OP_WRITE);
    t.say("both", selector.select() + " " + key.readyOps());
    pair.client().shutdownInput();
    selector.selectedKeys().clear();
    t.say("all shut", selector.select() + " " + key.readyOps());
  }

  static void interestFromOtherThread(Transcript t) throws Exception {
    var pair = t.pair();
    var selector = t.selector();
    pair.client().configureBlocking(false);
    var key = pair.client().register(selector, OP_READ);
    var thread = Thread.ofPlatform().start(() -> t.tries("select", () -> selector.select(k -> {})));
    Transcript.awaitWaiting(thread);
    key.interestOps(OP_WRITE);
    selector.wakeup();
    thread.join();
    t.say("select", selector.select(k -> {}) + " " + key.readyOps());
  }

  static void closedChannelLeaves(Transcript t) throws Exception {
    var pair = t.pair();
    var selector = t.selector();
    pair.client().configureBlocking(false);
    var key = pair.client().register(selector, OP_READ);
    pair.server().write(bytes("x"));
    selector.select();
    pair.client().close();
    t.say("valid", key.isValid());
    t.say("selected", selector.selectedKeys().size());
    t.say("select", selector.selectNow());
    t.say("selected", selector.selectedKeys().size() + " " + selector.keys().size());
    t.tries("register", () -> pair.client().register(selector, OP_READ));
  }

  static void severalSelectors(Transcript t) throws Exception {
    var pair = t.pair();
    var one = t.selector();
    var two = t.selector();
    pair.client().configureBlocking(false);
    pair.client().register(one, OP_READ);
    pair.client().register(two, OP_READ);
    pair.server().write(bytes("x"));
    t.say("both", one.select() + " " + two.select());
    one.close();
    t.say("registered", pair.client().isRegistered());
    two.selectedKeys().clear();
    t.say("other", two.select());
    pair.client().close();
    two.selectNow();
    t.say("keys", two.keys().size());
    t.awaitReadyOf(pair.server(), OP_READ);
    t.tries("reset", () -> read(pair.server()));
  }
}
