package jasyncio.recipes.quarkus;

import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import io.quarkus.arc.processor.BeanArchives;
import io.quarkus.arc.processor.BeanProcessor;
import io.quarkus.arc.processor.ResourceOutput.Resource;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.jandex.Index;

/// Quarkus' container of beans, with those of a test. What its build makes of them is made here, by
/// the same processor; and the two events are fired which an application fires, as it starts and as
/// it ends.
final class Beans implements AutoCloseable {
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private final URLClassLoader made;
  private final ArcContainer container;

  Beans(Path folder, Class<?>... types) throws Exception {
    process(folder, types);
    made = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before);
    Thread.currentThread().setContextClassLoader(made);
    container = Arc.initialize();
    container.beanManager().getEvent().fire(new Startup());
  }

  private static void process(Path folder, Class<?>... types) throws Exception {
    var index = Index.of(types);
    var loader = Beans.class.getClassLoader();
    var archive = BeanArchives.buildImmutableBeanArchiveIndex(index);
    BeanProcessor.builder()
        .setName("recipe")
        .setImmutableBeanArchiveIndex(archive)
        .setComputingBeanArchiveIndex(
            BeanArchives.buildComputingBeanArchiveIndex(loader, new ConcurrentHashMap<>(), archive))
        .setApplicationIndex(index)
        .setRemoveUnusedBeans(false)
        .setOutput(resource -> write(folder, resource))
        .build()
        .process();
  }

  private static void write(Path folder, Resource resource) throws IOException {
    var name =
        switch (resource.getType()) {
          case JAVA_CLASS -> resource.getName() + ".class";
          case SERVICE_PROVIDER -> "META-INF/services/" + resource.getName();
          default -> resource.getName();
        };
    var file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, resource.getData());
  }

  <T> T get(Class<T> type) {
    return container.instance(type).get();
  }

  @Override
  public void close() throws IOException {
    container.beanManager().getEvent().fire(new Shutdown());
    Arc.shutdown();
    Thread.currentThread().setContextClassLoader(before);
    made.close();
  }
}
