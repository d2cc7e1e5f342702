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
/// All of this belongs to the thread of its hub; another thread reports to it with
/// `hub.loop().callSoonThreadsafe(...)`.
@org.jspecify.annotations.NullMarked
package jasyncio.gevent;
