package jasyncio.cli;

import java.nio.file.Path;
import java.util.List;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.DependencyRequest;
import org.eclipse.aether.resolution.DependencyResolutionException;
import org.eclipse.aether.supplier.RepositorySystemSupplier;
import org.eclipse.aether.supplier.SessionBuilderSupplier;
import org.eclipse.aether.transfer.ArtifactNotFoundException;
import org.eclipse.aether.transfer.ArtifactTransferException;
import org.eclipse.aether.transfer.RepositoryOfflineException;
import org.eclipse.aether.util.repository.SimpleResolutionErrorPolicy;

/// Fetches libraries, and what they need in turn, as Maven does and from where Maven does, but in
/// this JVM.
///
/// Loading it and what it stands on takes longer than the rest of the launcher together, so only
/// [Dependencies] calls it, for libraries that it does not know.
final class LibraryFetcher {
  private static final String CANNOT = "cannot fetch libraries: ";

  private LibraryFetcher() {}

  /// The jars of these libraries and of all that they need at run time, from the local repository
  /// or a remote one.
  ///
  /// @param libraries `group:artifact[:type[:classifier]]:version`
  /// @throws CommandException if one does not exist or cannot be had; the message says which
  static List<Path> fetch(List<String> libraries, MavenSettings settings) throws CommandException {
    var system = new RepositorySystemSupplier().get();
    var builder = new SessionBuilderSupplier(system).get();
    settings.applyTo(builder);
    builder
        .withLocalRepositoryBaseDirectories(settings.localRepository())
        .setSystemProperties(System.getProperties())
        // what was not there yesterday may be there today
        .setResolutionErrorPolicy(new SimpleResolutionErrorPolicy(false, false));
    try (var session = builder.build()) {
      var request = new CollectRequest();
      for (var library : libraries) {
        var artifact = new DefaultArtifact(library);
        request.addDependency(new Dependency(artifact, "runtime"));
      }
      request.setRepositories(system.newResolutionRepositories(session, settings.repositories()));
      return system
          .resolveDependencies(session, new DependencyRequest(request, null))
          .getArtifactResults()
          .stream()
          .map(result -> result.getArtifact().getPath())
          .toList();
    } catch (DependencyResolutionException e) {
      throw CommandException.usage(CANNOT + reason(e));
    } finally {
      system.shutdown();
    }
  }

  private static String reason(Throwable problem) {
    Throwable root = problem;
    ArtifactTransferException transfer = null;
    for (Throwable at = problem; at != null; at = at.getCause()) {
      root = at;
      if (at instanceof ArtifactTransferException failed) {
        transfer = failed;
      }
    }
    if (transfer == null) {
      return String.valueOf(root.getMessage());
    }
    Artifact artifact = transfer.getArtifact();
    if (root instanceof RepositoryOfflineException) {
      return artifact + " is not here, and Maven's settings say to stay off-line";
    }
    RemoteRepository repository = transfer.getRepository();
    String place = repository == null ? "any repository" : "repository " + repository.getId();
    if (transfer instanceof ArtifactNotFoundException) {
      return "there is no " + artifact + " in " + place;
    }
    return "cannot get %s from %s: %s: %s"
        .formatted(artifact, place, root.getClass().getSimpleName(), root.getMessage());
  }
}
