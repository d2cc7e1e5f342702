/// Child processes: started, signalled and talked to from coroutines.
///
/// [Subprocesses][jasyncio.process.Subprocesses] starts them. A [Process][jasyncio.process.Process]
/// has streams for coroutines, as in asyncio; a
/// [SubprocessProtocol][jasyncio.process.SubprocessProtocol] is told of the child by callbacks.
/// Everything here belongs to the loop that ran when it was made, and is used on its thread. A
/// child that still runs when its loop is closed is killed.
package jasyncio.process;
