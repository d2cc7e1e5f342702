package jasyncio.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A connection, a pipe or an endpoint for datagrams, from its first callback to its end.
@Name("jasyncio.Connection")
@Label("Connection")
@Category("jasyncio")
@Description("A connection, a pipe or an endpoint for datagrams, told of when it is closed")
@StackTrace(false)
public final class ConnectionEvent extends Event {
  @Label("Kind")
  @Nullable String kind;

  @Label("Peer")
  @Nullable String peer;

  private ConnectionEvent() {}

  /// It begins; `null` if nobody wants to know.
  ///
  /// @param kind the class of its transport
  /// @param peer who is on the other side, if that is known
  public static @Nullable ConnectionEvent start(String kind, @Nullable String peer) {
    var event = new ConnectionEvent();
    if (!event.isEnabled()) {
      return null;
    }
    event.kind = kind;
    event.peer = peer;
    event.begin();
    return event;
  }

  /// It is closed: tells of it.
  public void tell() {
    commit();
  }
}
