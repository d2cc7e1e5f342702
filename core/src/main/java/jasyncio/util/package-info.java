/// What asyncio's ecosystem has and asyncio itself has not: managers and stacks of them, work with
/// a limit, retries, rates.
///
/// | to | use | known from |
/// | --- | --- | --- |
/// | open several things and close all of them | [jasyncio.util.ExitStack] | `contextlib.AsyncExitStack` |
/// | write opening and closing as one method | [jasyncio.util.ContextManager] | `contextlib.asynccontextmanager` |
/// | do the same with many, a few at a time | [jasyncio.util.Bounded] | `aiometer`, `Gatherers.mapConcurrent` |
/// | try again, with pauses | [jasyncio.util.Retry] | `tenacity` |
/// | do not do it too often | [jasyncio.util.RateLimiter] | `aiolimiter` |
/// | match answers to requests | [jasyncio.util.Correlator] | |
/// | loop over what a `Flow.Publisher` sends, and be one | [jasyncio.util.Flows] | `aiostream`, `asPublisher` |
/// | name places where tests can stop | [jasyncio.util.Point] | fail points |
///
/// All of it is made of what the other packages offer to everybody, and used on the loop's thread.
package jasyncio.util;
