package jasyncio.recipes;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Starts the servers that a [Recipe] names, each when the first needs it, and ends them after all
/// tests. Tests get them as parameters.
final class Servers implements BeforeAllCallback, ParameterResolver {
  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    var recipe = context.getRequiredTestClass().getAnnotation(Recipe.class);
    for (var type : recipe.servers()) {
      var constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      var server = constructor.newInstance();
      assumeTrue(
          server.program().isPresent(),
          () -> "needs " + server.name() + ", which is not installed");
      // Closed with the store, after all tests.
      store(context).computeIfAbsent(type, _ -> started(server), LocalServer.class);
    }
  }

  private static LocalServer started(LocalServer server) {
    try {
      server.start();
      return server;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return LocalServer.class.isAssignableFrom(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return store(context).get(parameter.getParameter().getType());
  }

  private static Store store(ExtensionContext context) {
    return context.getRoot().getStore(Namespace.create(Servers.class));
  }
}
