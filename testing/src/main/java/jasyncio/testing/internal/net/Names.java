package jasyncio.testing.internal.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// How a host finds names: those of all hosts, unless something else is said about a name. Any
/// thread.
public final class Names {
  private final SimHost host;
  private final Map<String, Answer> answers = new LinkedHashMap<>(); // that differ from the plain

  /// What to answer: `addresses`, or the hosts' if there are none, after some time, or a failure.
  private record Answer(@Nullable List<InetAddress> addresses, long delay, boolean fails) {}

  private static final Answer PLAIN = new Answer(null, 0, false);

  Names(SimHost host) {
    this.host = host;
  }

  /// A name now leads to these addresses.
  public void point(String name, InetAddress... addresses) {
    change(name, old -> new Answer(List.of(addresses), old.delay, old.fails));
  }

  /// Looking up a name now takes so long, nanoseconds.
  public void delay(String name, long nanos) {
    change(name, old -> new Answer(old.addresses, nanos, old.fails));
  }

  /// Looking up a name now fails, or no longer.
  public void fail(String name, boolean fails) {
    change(name, old -> new Answer(old.addresses, old.delay, fails));
  }

  /// A name is as it was in the beginning.
  public void reset(String name) {
    host.network().run(() -> answers.remove(name));
  }

  private void change(String name, UnaryOperator<Answer> change) {
    host.network().run(() -> answers.put(name, change.apply(answers.getOrDefault(name, PLAIN))));
  }

  /// {@return how long it takes to look up a name, nanoseconds}
  public long delay(String name) {
    return host.network().call(() -> answers.getOrDefault(name, PLAIN).delay);
  }

  /// Looks up a name; waits if that was made slow.
  List<InetAddress> resolve(String name) throws UnknownHostException {
    long delay = delay(name);
    if (delay > 0) {
      pause(delay);
    }
    return resolveNow(name);
  }

  /// Looks up a name without waiting, also if that was made slow: for who waits by itself.
  ///
  /// @throws UnknownHostException if there is no such name, or it is to fail
  public List<InetAddress> resolveNow(String name) throws UnknownHostException {
    var found = host.network().call(() -> find(name));
    if (found.isEmpty()) {
      throw new UnknownHostException(name + ": Name or service not known");
    }
    return found;
  }

  private List<InetAddress> find(String name) {
    var answer = answers.getOrDefault(name, PLAIN);
    if (answer.fails) {
      return List.of();
    }
    if (answer.addresses != null) {
      return answer.addresses;
    }
    if (name.isEmpty() || name.equalsIgnoreCase("localhost")) {
      return host.hasIpv6()
          ? List.of(Addresses.LOOPBACK_4, Addresses.LOOPBACK_6)
          : List.of(Addresses.LOOPBACK_4);
    }
    var named = host.network().named(name);
    return named != null ? named.addresses() : literal(name);
  }

  private static List<InetAddress> literal(String name) {
    try {
      return List.of(InetAddress.ofLiteral(name));
    } catch (IllegalArgumentException e) {
      return List.of();
    }
  }

  private void pause(long nanos) {
    var network = host.network();
    network.run(() -> {
      long deadline = network.nanos() + nanos;
      var over = network.lock.newCondition();
      network.at(deadline, over::signalAll);
      while (network.nanos() < deadline) {
        over.awaitUninterruptibly();
      }
    });
  }
}
