package jasyncio.recipes.springboot;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import jasyncio.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.aopalliance.aop.Advice;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.loader.tools.Library;
import org.springframework.boot.loader.tools.LibraryScope;
import org.springframework.boot.loader.tools.Repackager;
import org.springframework.context.ApplicationContext;
import org.springframework.core.SpringVersion;
import org.springframework.expression.Expression;

/// An executable jar, as Spring Boot's plug-ins for Maven and Gradle make it: by the same class.
final class FatJar {
  private static final List<Class<?>> LIBRARIES =
      List.of(
          EventLoop.class,
          Nullable.class,
          SpringApplication.class,
          SpringBootApplication.class,
          Health.class,
          ApplicationContext.class,
          BeanFactory.class,
          SpringVersion.class,
          Expression.class,
          Advice.class,
          Observation.class,
          KeyValues.class,
          LogFactory.class);

  private FatJar() {}

  /// Makes one of a program.
  ///
  /// @param attributes what the manifest has beside what the plug-in puts there
  static Path make(Path folder, Class<?> program, Map<String, String> attributes) throws Exception {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.forEach(manifest.getMainAttributes()::putValue);
    var thin = folder.resolve("thin.jar");
    write(thin, manifest, place(program), program.getPackageName().replace('.', '/'));

    var fat = folder.resolve("fat.jar");
    var repackager = new Repackager(thin.toFile());
    repackager.setMainClass(program.getName());
    repackager.repackage(
        fat.toFile(),
        add -> {
          for (var library : LIBRARIES) {
            add.library(new Library(jar(folder, library).toFile(), LibraryScope.COMPILE));
          }
        });
    return fat;
  }

  private static Path place(Class<?> type) {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
  }

  /// In a build of all modules ours is no jar yet.
  private static Path jar(Path folder, Class<?> library) throws IOException {
    var place = place(library);
    if (!Files.isDirectory(place)) {
      return place;
    }
    var jar = folder.resolve(library.getSimpleName() + ".jar");
    write(jar, new Manifest(), place, "");
    return jar;
  }

  private static void write(Path jar, Manifest manifest, Path classes, String under)
      throws IOException {
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        var files = Files.walk(classes.resolve(under))) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
        out.closeEntry();
      }
    }
  }
}
