package jasyncio.http;

import jasyncio.EventLoop;
import jasyncio.Future;
import jasyncio.TimerHandle;
import jasyncio.WaitInfo;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The connections of a client.
final class ConnectionPool {
  /* Overview
   * A connection is counted from when it is given out to be connected, until it is removed:
   *
   *   connecting -> busy      by the request that it was given to
   *   busy <-> idle           release(), acquire()
   *   any -> removed          remove(), as soon as it cannot be used any more; its room is given to who waits
   *   removed -> gone         its transport has ended: close() waits for that
   *
   * Who finds no idle connection, and no room for another, waits. What becomes free is given to the first that can use it,
   * by name: an idle connection, or one to be connected. If that waiter is cancelled meanwhile, it hands it on. So nobody
   * waits while there is something for them, and nobody overtakes: that who comes later finds something idle means that
   * nobody waits for it.
   *
   * Connections that are shared (HTTP/2) are given to as many requests as they have room for. Each of these has a claim, until
   * it begins or unused() is called. Such a connection is idle while nobody has one. As long as it may turn out that a new
   * connection can be shared, nobody else makes another to the same place, but waits for it.
   *
   * Room is taken from the connection that has been idle for longest, if there are too many of all origins together.
   */

  /// Where connections lead, and how.
  ///
  /// @param origin what is connected to: the server, or the proxy that requests are sent to
  /// @param tunnel the proxy that leads there, or `null`
  /// @param http1 whether HTTP/1.1 alone is spoken: by proxies that are asked, and servers that want
  ///   it
  record Route(Urls.Origin origin, @Nullable ClientProxy tunnel, boolean http1) {
    @Override
    public String toString() {
      return tunnel == null
          ? origin.toString()
          : origin + " through the proxy " + tunnel.host() + ":" + tunnel.port();
    }
  }

  /// Connections that lead to the same place.
  static final class Group {
    final Route route;
    int connections;
    final ArrayDeque<ClientConnection> idle = new ArrayDeque<>(); // the last is the newest
    final Set<ClientConnection> shared = new LinkedHashSet<>();
    final Set<ClientConnection> connecting = new HashSet<>();
    boolean unshared; // connections have turned out to be of HTTP/1.1
    final ArrayDeque<Waiter> waiters = new ArrayDeque<>(1);

    Group(Route route) {
      this.route = route;
    }
  }

  static final class Waiter {
    final long ticket;
    final Future<Boolean> woken;
    @Nullable ClientConnection granted;

    Waiter(long ticket, Future<Boolean> woken) {
      this.ticket = ticket;
      this.woken = woken;
    }
  }

  private final EventLoop loop;
  private final HttpClient client;
  private final ClientOptions options;
  private final Map<Route, Group> groups = new HashMap<>();
  private final Set<ClientConnection> counted = new LinkedHashSet<>();
  private final Set<ClientConnection> idle = new LinkedHashSet<>(); // the first for longest
  private final Set<ClientConnection> open = new LinkedHashSet<>(); // transports
  private @Nullable TimerHandle expiry;
  private @Nullable Future<Boolean> allGone;
  private int waiting;
  private long tickets;
  private boolean closed;

  ConnectionPool(EventLoop loop, HttpClient client, ClientOptions options) {
    this.loop = loop;
    this.client = client;
    this.options = options;
  }

  EventLoop loop() {
    return loop;
  }

  // ---- taking -----------------------------------------------------------------------------------

  /// A connection of a route: idle so far, or to be connected. Suspends while there is none.
  ///
  /// @param fresh whether it must be a new one
  ClientConnection acquire(Route route, boolean fresh) throws HttpException {
    checkOpen();
    var stale = groups.get(route);
    if (fresh && stale != null) {
      List.copyOf(stale.idle).forEach(ClientConnection::shut);
    }
    var group = groups.computeIfAbsent(route, Group::new);
    if (group.waiters.isEmpty()) {
      var connection = take(group);
      if (connection != null) {
        return connection;
      }
    }
    return await(group);
  }

  private void checkOpen() throws HttpException {
    if (closed) {
      throw new HttpException("the client is closed");
    }
  }

  private ClientConnection await(Group group) throws HttpException {
    var waiter =
        new Waiter(
            ++tickets,
            loop.createFuture(() ->
                new WaitInfo(
                    WaitInfo.Kind.OTHER, "a connection to " + group.route + " to be free")));
    groups.put(group.route, group); // unless it is there
    group.waiters.add(waiter);
    waiting++;
    try {
      waiter.woken.await();
    } catch (Throwable e) { // most likely a CancelledError
      if (waiter.granted != null) {
        waiter.granted.unused();
      } else if (group.waiters.remove(waiter)) {
        waiting--;
        forgetIfEmpty(group);
      }
      throw e;
    }
    if (waiter.granted == null) {
      throw new HttpException("the client was closed while a request waited for a connection");
    }
    return waiter.granted;
  }

  /// An idle connection, or room for another; `null` if there is neither.
  private @Nullable ClientConnection take(Group group) {
    for (var connection : group.shared) { // mostly there is one
      if (connection.hasRoom()) {
        idle.remove(connection);
        connection.claim();
        return connection;
      }
    }
    while (!group.idle.isEmpty()) {
      var connection = group.idle.removeLast();
      idle.remove(connection);
      if (connection.isUsable()) {
        return connection;
      }
      connection.shut();
    }
    if (!mayMake(group)) {
      return null;
    }
    boolean full = counted.size() >= options.maxConnections();
    var connection =
        new Http1ClientConnection(client, this, group, loop, client.mayShare(group.route));
    groups.put(group.route, group); // its last connection may just have gone
    group.connections++;
    group.connecting.add(connection);
    counted.add(connection); // before another is closed, whose room is for this one
    if (full) {
      idle.iterator().next().shut();
    }
    return connection;
  }

  /// Whether something can be given to a request.
  private boolean canServe(Group group) {
    if (!group.idle.isEmpty() || mayMake(group)) {
      return true;
    }
    for (var connection : group.shared) {
      if (connection.hasRoom()) {
        return true;
      }
    }
    return false;
  }

  /// Whether another connection may be made.
  private boolean mayMake(Group group) {
    boolean waitsForOther =
        !group.connecting.isEmpty()
            && group.shared.isEmpty()
            && !group.unshared
            && client.mayShare(group.route);
    return !waitsForOther && hasRoom(group);
  }

  private boolean hasRoom(Group group) {
    return group.connections < options.maxPerOrigin()
        && (counted.size() < options.maxConnections() || !idle.isEmpty());
  }

  // ---- giving back ------------------------------------------------------------------------------

  /// A connection can be used for another request.
  void release(ClientConnection connection) {
    double seconds = Math.min(Checks.seconds(options.idleTime()), connection.keptByServer());
    if (closed || seconds <= 0 || !counted.contains(connection) || !connection.isUsable()) {
      connection.shut();
      return;
    }
    connection.idleUntil = loop.time() + seconds;
    connection.idle(true);
    if (!connection.isShared()) {
      connection.group.idle.addLast(connection);
    }
    idle.add(connection);
    serveWaiters();
    if (idle.contains(connection)) {
      expireAt(connection.idleUntil);
    }
  }

  /// A connection has been made.
  void connected(ClientConnection connection) {
    var group = connection.group;
    group.connecting.remove(connection);
    if (connection.isShared()) {
      group.shared.add(connection);
    } else {
      group.unshared = true;
    }
    serveWaiters();
  }

  /// A connection has become another.
  void replaced(ClientConnection before, ClientConnection after) {
    before.group.connecting.remove(before);
    if (counted.remove(before)) {
      counted.add(after);
    }
    if (open.remove(before)) {
      open.add(after);
    }
  }

  /// A connection that is shared has more room, or less.
  void hasChanged(ClientConnection connection) {
    if (!connection.isUsable()) {
      connection.group.shared.remove(connection);
    }
    serveWaiters();
  }

  /// A connection cannot be used any more.
  void remove(ClientConnection connection) {
    if (!counted.remove(connection)) {
      return;
    }
    var group = connection.group;
    idle.remove(connection);
    group.idle.remove(connection);
    group.shared.remove(connection);
    group.connecting.remove(connection);
    group.connections--;
    if (idle.isEmpty() && expiry != null) {
      expiry.cancel();
      expiry = null;
    }
    serveWaiters();
    forgetIfEmpty(group);
  }

  private void forgetIfEmpty(Group group) {
    if (group.connections == 0 && group.waiters.isEmpty()) {
      groups.remove(group.route, group);
    }
  }

  private void serveWaiters() {
    while (waiting > 0 && !closed) {
      Group best = null;
      for (var group : groups.values()) {
        var first = group.waiters.peek();
        if (first != null
            && canServe(group)
            && (best == null || first.ticket < first(best).ticket)) {
          best = group;
        }
      }
      if (best == null) {
        return;
      }
      var waiter = first(best);
      best.waiters.remove();
      waiting--;
      var connection = take(best);
      if (connection == null) { // what was idle was not usable, and its room is taken
        best.waiters.addFirst(waiter);
        waiting++;
        return;
      }
      waiter.granted = connection;
      if (waiter.woken.done()) { // it was cancelled, and will hand it on
        continue;
      }
      waiter.woken.setResult(true);
    }
  }

  private static Waiter first(Group group) {
    return Objects.requireNonNull(group.waiters.peek());
  }

  // ---- time -------------------------------------------------------------------------------------

  private void expireAt(double when) {
    if (expiry != null && expiry.when() > when) {
      expiry.cancel();
      expiry = null;
    }
    if (expiry == null) {
      expiry = loop.callAt(when, this::expire);
    }
  }

  private void expire() {
    expiry = null;
    double now = loop.time();
    double next = Double.POSITIVE_INFINITY;
    for (var connection : List.copyOf(idle)) {
      if (connection.idleUntil <= now) {
        connection.shut();
      } else {
        next = Math.min(next, connection.idleUntil);
      }
    }
    if (next != Double.POSITIVE_INFINITY) {
      expireAt(next);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  void opened(ClientConnection connection) {
    open.add(connection);
  }

  void gone(ClientConnection connection) {
    open.remove(connection);
    if (open.isEmpty() && allGone != null && !allGone.done()) {
      allGone.setResult(true);
    }
  }

  /// Ends all connections, and the waiting of who waits for one.
  void close() {
    closed = true;
    for (var group : List.copyOf(groups.values())) {
      group.waiters.forEach(waiter -> {
        if (!waiter.woken.done()) {
          waiter.woken.setResult(true);
        }
      });
      waiting -= group.waiters.size();
      group.waiters.clear();
    }
    List.copyOf(counted).forEach(ClientConnection::clientClosed);
  }

  /// Waits until the last transport has ended.
  void awaitGone() {
    while (!open.isEmpty()) {
      allGone = loop.createFuture("the end of the connections of a client");
      allGone.await();
    }
  }

  void abort() {
    List.copyOf(open).forEach(ClientConnection::abortTransport);
  }

  boolean isEmpty() {
    return open.isEmpty() && counted.isEmpty();
  }

  int open() {
    return counted.size();
  }

  int idle() {
    return idle.size();
  }

  int waiting() {
    return waiting;
  }

  /// How many are in use, for a message.
  String inUse(Route route) {
    var group = groups.get(route);
    int here = group == null ? 0 : group.connections;
    return here >= options.maxPerOrigin()
        ? "all " + here + " that there may be to it are in use (maxPerOrigin)"
        : "all " + counted.size() + " that there may be are in use (maxConnections)";
  }
}
