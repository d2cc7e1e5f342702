package jasyncio.testing.gallery;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.sync.Event;
import java.util.HashMap;
import java.util.Map;

/// A service whose configuration is read in a task of its own, which was made before the others,
/// and so, they think, has run before them.
///
/// CHAOS: it has indeed, as long as the loop is first come, first served, and reading does not
/// await. That this is what the code stands on is all that is said.
final class StartUpOrder {
  static final Exhibit EXHIBIT =
      Exhibit.chaos("order of start", _ -> start(new Service()), _ -> start(new MendedService()));

  private StartUpOrder() {}

  private static class Service {
    private final Map<String, String> configuration = new HashMap<>();

    void configure() {
      configuration.put("port", "80");
    }

    String serve() {
      return "port " + configuration.get("port");
    }
  }

  private static final class MendedService extends Service {
    private final Event configured = new Event();

    @Override
    void configure() {
      super.configure();
      configured.set();
    }

    @Override
    String serve() {
      configured.await();
      return super.serve();
    }
  }

  private static void start(Service service) {
    var configuring = createTask(() -> service.configure(), "configuring");
    var serving = createTask(() -> service.serve(), "serving");
    await(configuring);
    assertThat(await(serving)).isEqualTo("port 80");
  }
}
