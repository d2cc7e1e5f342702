package jasyncio;

import static jasyncio.Asyncio.RETURN_EXCEPTIONS;
import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.gather;
import static jasyncio.Asyncio.getRunningLoop;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.testing.AsyncTest;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class GatherTest {

  @AsyncTest
  void cancelledMember_asAResult_hasTheMessageOfItsCancellation() {
    var silent = getRunningLoop().<Integer>createFuture();
    var outspoken = getRunningLoop().<Integer>createFuture();
    silent.cancel();
    outspoken.cancel("enough");
    var results = await(gather(RETURN_EXCEPTIONS, silent, outspoken));
    assertThat((CancelledError) results.getFirst()).hasMessage(null);
    assertThat((CancelledError) results.getLast()).hasMessage("enough");
  }
}
