package jasyncio.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import org.apache.maven.model.building.DefaultModelProcessor;
import org.apache.maven.model.io.DefaultModelReader;
import org.apache.maven.model.locator.DefaultModelLocator;
import org.apache.maven.model.superpom.DefaultSuperPomProvider;
import org.apache.maven.repository.internal.ArtifactDescriptorUtils;
import org.apache.maven.settings.Mirror;
import org.apache.maven.settings.Profile;
import org.apache.maven.settings.Proxy;
import org.apache.maven.settings.Repository;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.building.DefaultSettingsBuilderFactory;
import org.apache.maven.settings.building.DefaultSettingsBuildingRequest;
import org.apache.maven.settings.building.SettingsBuildingException;
import org.apache.maven.settings.crypto.DefaultSettingsDecrypter;
import org.apache.maven.settings.crypto.DefaultSettingsDecryptionRequest;
import org.apache.maven.settings.crypto.SettingsDecryptionResult;
import org.eclipse.aether.RepositorySystemSession.SessionBuilder;
import org.eclipse.aether.repository.Authentication;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.repository.RepositoryPolicy;
import org.eclipse.aether.util.repository.AuthenticationBuilder;
import org.eclipse.aether.util.repository.DefaultAuthenticationSelector;
import org.eclipse.aether.util.repository.DefaultMirrorSelector;
import org.eclipse.aether.util.repository.DefaultProxySelector;
import org.jspecify.annotations.Nullable;
import org.sonatype.plexus.components.cipher.DefaultPlexusCipher;
import org.sonatype.plexus.components.cipher.PlexusCipherException;
import org.sonatype.plexus.components.sec.dispatcher.DefaultSecDispatcher;

/// What the user told Maven: the `settings.xml` in `~/.m2` and in Maven's own folder.
///
/// They say where the local repository is, which mirrors, proxies and passwords there are, which
/// further repositories to look into, and whether Maven may go on-line at all. Nothing is looked
/// for in the current folder or above it.
final class MavenSettings {
  private static final String HTTP = "external:http:*";

  private final Path folder;
  private final Settings settings;
  private final SettingsDecryptionResult secrets;

  private MavenSettings(Path folder, Settings settings, SettingsDecryptionResult secrets) {
    this.folder = folder;
    this.settings = settings;
    this.secrets = secrets;
  }

  /// Those of the user who runs this program.
  ///
  /// @throws CommandException if there is no home folder, or the settings cannot be read
  static MavenSettings ofUser() throws CommandException {
    Path home = Path.of(System.getProperty("user.home", ""));
    if (!home.isAbsolute()) {
      throw CommandException.usage(
          "cannot fetch libraries: there is no home folder to keep them in; set HOME");
    }
    return in(home.resolve(".m2"), globalSettings());
  }

  /// @param folder what `~/.m2` is for the user
  /// @param global the settings in Maven's own folder, if Maven is here
  static MavenSettings in(Path folder, @Nullable Path global) throws CommandException {
    var request = new DefaultSettingsBuildingRequest();
    request.setUserSettingsFile(folder.resolve("settings.xml").toFile());
    if (global != null) {
      request.setGlobalSettingsFile(global.toFile());
    }
    request.setSystemProperties(properties());
    try {
      var settings =
          new DefaultSettingsBuilderFactory().newInstance().build(request).getEffectiveSettings();
      return new MavenSettings(folder, settings, decrypt(settings, folder));
    } catch (SettingsBuildingException | PlexusCipherException e) {
      throw CommandException.usage("cannot read Maven's settings: " + e.getMessage());
    }
  }

  private static SettingsDecryptionResult decrypt(Settings settings, Path folder)
      throws PlexusCipherException {
    var master = folder.resolve("settings-security.xml").toString();
    var dispatcher = new DefaultSecDispatcher(new DefaultPlexusCipher(), Map.of(), master);
    return new DefaultSettingsDecrypter(dispatcher)
        .decrypt(new DefaultSettingsDecryptionRequest(settings));
  }

  /// What `${…}` in the settings may name.
  private static Properties properties() {
    var properties = new Properties();
    properties.putAll(System.getProperties());
    System.getenv().forEach((name, value) -> properties.setProperty("env." + name, value));
    return properties;
  }

  /// The settings of the Maven that is named by the environment, or else on the `PATH`.
  private static @Nullable Path globalSettings() {
    var homes = new ArrayList<Path>();
    for (var variable : List.of("MAVEN_HOME", "M2_HOME")) {
      var home = System.getenv(variable);
      if (home != null && home.startsWith("/")) {
        homes.add(Path.of(home));
      }
    }
    var path = System.getenv().getOrDefault("PATH", "");
    for (var place : path.split(File.pathSeparator, -1)) {
      var program = Path.of(place, "mvn");
      if (program.isAbsolute() && Files.isExecutable(program)) {
        try {
          homes.add(program.toRealPath().resolve("../..").normalize());
        } catch (IOException e) {
          // gone meanwhile
        }
      }
    }
    return homes.stream()
        .map(home -> home.resolve("conf/settings.xml"))
        .filter(Files::isReadable)
        .findFirst()
        .orElse(null);
  }

  /// Where libraries are kept.
  Path localRepository() {
    var chosen = System.getProperty("maven.repo.local", settings.getLocalRepository());
    return chosen == null || chosen.isBlank() ? folder.resolve("repository") : Path.of(chosen);
  }

  boolean isOffline() {
    return settings.isOffline();
  }

  /// Tells a session about mirrors, proxies and passwords.
  void applyTo(SessionBuilder session) {
    session.setOffline(isOffline());
    var mirrors = new DefaultMirrorSelector();
    for (Mirror mirror : settings.getMirrors()) {
      mirrors.add(
          mirror.getId(),
          mirror.getUrl(),
          mirror.getLayout(),
          false,
          mirror.isBlocked(),
          mirror.getMirrorOf(),
          mirror.getMirrorOfLayouts());
    }
    // As in the settings in Maven's own folder, which may not be here: unless a mirror says so,
    // nothing comes over plain HTTP, to which the POM of any library could lead
    mirrors.add("maven-default-http-blocker", "http://0.0.0.0/", "default", false, true, HTTP, "*");
    session.setMirrorSelector(mirrors);
    var proxies = new DefaultProxySelector();
    for (Proxy proxy : secrets.getProxies()) {
      if (proxy.isActive()) {
        proxies.add(
            new org.eclipse.aether.repository.Proxy(
                proxy.getProtocol(),
                proxy.getHost(),
                proxy.getPort(),
                password(proxy.getUsername(), proxy.getPassword()).build()),
            proxy.getNonProxyHosts());
      }
    }
    session.setProxySelector(proxies);
    var logins = new DefaultAuthenticationSelector();
    for (Server server : secrets.getServers()) {
      logins.add(server.getId(), login(server));
    }
    session.setAuthenticationSelector(logins);
  }

  private static Authentication login(Server server) {
    return password(server.getUsername(), server.getPassword())
        .addPrivateKey(server.getPrivateKey(), server.getPassphrase())
        .build();
  }

  private static AuthenticationBuilder password(@Nullable String user, @Nullable String password) {
    return new AuthenticationBuilder().addUsername(user).addPassword(password);
  }

  /// The repositories to look into: those of the profiles that are active by name or by default,
  /// then Maven's own.
  List<RemoteRepository> repositories() {
    var found = new ArrayList<RemoteRepository>();
    var active = new HashSet<String>(settings.getActiveProfiles());
    for (Profile profile : settings.getProfiles()) {
      if (active.contains(profile.getId()) || isActiveByDefault(profile, active)) {
        for (Repository repository : profile.getRepositories()) {
          found.add(remote(repository));
        }
      }
    }
    var processor =
        new DefaultModelProcessor()
            .setModelReader(new DefaultModelReader())
            .setModelLocator(new DefaultModelLocator());
    new DefaultSuperPomProvider()
        .setModelProcessor(processor)
        .getSuperModel("4.0.0")
        .getRepositories()
        .forEach(central -> found.add(ArtifactDescriptorUtils.toRemoteRepository(central)));
    return found;
  }

  private static boolean isActiveByDefault(Profile profile, Set<String> active) {
    return active.isEmpty()
        && profile.getActivation() != null
        && profile.getActivation().isActiveByDefault();
  }

  private static RemoteRepository remote(Repository r) {
    return new RemoteRepository.Builder(r.getId(), r.getLayout(), r.getUrl())
        .setReleasePolicy(policy(r.getReleases()))
        .setSnapshotPolicy(policy(r.getSnapshots()))
        .build();
  }

  /// What is to be had from a repository, and how its checksums are taken.
  private static RepositoryPolicy policy(
      org.apache.maven.settings.@Nullable RepositoryPolicy wanted) {
    var usual = new RepositoryPolicy();
    return wanted == null
        ? usual
        : new RepositoryPolicy(
            wanted.isEnabled(),
            Objects.requireNonNullElse(wanted.getUpdatePolicy(), usual.getArtifactUpdatePolicy()),
            Objects.requireNonNullElse(wanted.getChecksumPolicy(), usual.getChecksumPolicy()));
  }
}
