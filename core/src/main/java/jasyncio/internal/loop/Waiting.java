package jasyncio.internal.loop;

import java.util.List;

/// The time of a loop, and how it passes while nothing is ready.
///
/// [Sleeper] waits with its thread. What jumps from one timer to the next takes its place.
public interface Waiting {
  /// Makes the one of a new loop.
  @FunctionalInterface
  interface Maker {
    /// One that waits for these.
    ///
    /// @param inbox what other threads send; whatever is there ends a wait
    /// @param channels the loop's, which may become ready meanwhile
    /// @param outside what may call the loop from elsewhere
    Waiting make(Inbox inbox, Channels channels, Outside outside);
  }

  /// What may call a loop from elsewhere.
  interface Outside {
    /// Whether other threads have been asked for something, and have not answered.
    boolean answers();

    /// Whether futures of the JDK are all that has not answered. They may be those of other
    /// threads, or be completed by this loop.
    boolean areStages();

    /// The threads of tasks that wait in blocking calls, and are set aside. Any thread.
    List<Thread> blocked();
  }

  /// How long a wait without limit is.
  long FOREVER = Long.MAX_VALUE;

  /// What the loop's clock shows. Any thread.
  long nanos();

  /// Puts an entry into the inbox and ends the wait, if there is one. Any thread; neither throws
  /// nor waits.
  void send(Entry entry);

  /// Waits until there is something in the inbox, a channel is ready, the thread is interrupted, or
  /// the time is over; maybe not so long. The loop's logical thread only.
  ///
  /// @param nanos at most so long, more than 0; or [#FOREVER]
  void await(long nanos);

  /// Whether an entry is on its way, so that the loop is not idle though the inbox is empty. The
  /// loop's logical thread only.
  default boolean isAboutToBeSent() {
    return false;
  }

  /// Whether it waits now. Any thread.
  boolean isWaiting();
}
