package jasyncio;

import java.util.Set;

/// What [Asyncio#wait(java.util.Collection)] gives.
///
/// @param <F> the kind of future that was waited for
/// @param done those that are done, in the order in which they were passed
/// @param pending the others, likewise
public record WaitResult<F extends Future<?>>(Set<F> done, Set<F> pending) {}
