/// Greenlets: gevent's way of writing concurrent programs.
///
/// `import static jasyncio.gevent.Gevent.*;` gives gevent's functions. A *greenlet* is a task of an
/// event loop, and the event loop is the thread's [jasyncio.gevent.Hub], made when it is first
/// needed. There is no `run(...)` around the program: when the main program has to wait, as in
/// `joinall(...)`, it runs the hub until it can go on. After [jasyncio.gevent.Monkey#patchAll()]
/// calls that block a greenlet's thread let the others run meanwhile.
///
/// The same functions work in a task of an ordinary loop; greenlets are then tasks of that loop.
///
/// Time limits are seconds or a [java.time.Duration]: infinite is as long as it takes, 0 or less is
/// until those have run who are ready, and what is not a number is refused with
/// [IllegalArgumentException]. What is thrown into whoever waits (a kill, a
/// [jasyncio.gevent.Timeout], the cancellation of its task) comes out of the function that waits,
/// and no permit and no item gets lost by that.
///
/// All of this belongs to the thread of its hub; another thread reports to it with
/// `hub.loop().callSoonThreadsafe(...)`.
@org.jspecify.annotations.NullMarked
package jasyncio.gevent;
