package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Fetches from a repository of its own, by settings of its own.
class LibraryFetcherTest {
  @TempDir Path dir;

  @BeforeEach
  void makeRepository() throws IOException {
    publish(
        "a",
        """
        <dependency><groupId>g</groupId><artifactId>b</artifactId><version>1</version></dependency>
        <dependency><groupId>g</groupId><artifactId>t</artifactId><version>1</version>
        <scope>test</scope></dependency>
        <dependency><groupId>g</groupId><artifactId>p</artifactId><version>1</version>
        <scope>provided</scope></dependency>
        <dependency><groupId>g</groupId><artifactId>o</artifactId><version>1</version>
        <optional>true</optional></dependency>
        """);
    publish("b", "");
  }

  private void publish(String artifact, String dependencies) throws IOException {
    Path folder = Files.createDirectories(dir.resolve("remote/g/" + artifact + "/1"));
    Files.writeString(folder.resolve(artifact + "-1.jar"), artifact);
    Files.writeString(
        folder.resolve(artifact + "-1.pom"),
        """
        <project><modelVersion>4.0.0</modelVersion>
        <groupId>g</groupId><artifactId>%s</artifactId><version>1</version>
        <dependencies>%s</dependencies></project>
        """
            .formatted(artifact, dependencies));
  }

  private static String mirror(String url) {
    return "<mirrors><mirror><id>mine</id><mirrorOf>*</mirrorOf><url>%s</url></mirror></mirrors>"
        .formatted(url);
  }

  private String remote() {
    return dir.resolve("remote").toUri().toString();
  }

  private List<Path> fetch(String settings, String... libraries) throws Exception {
    Path folder = Files.createDirectories(dir.resolve("m2"));
    Files.writeString(folder.resolve("settings.xml"), "<settings>" + settings + "</settings>");
    return LibraryFetcher.fetch(List.of(libraries), MavenSettings.in(folder, null));
  }

  private Path local(String artifact) {
    return dir.resolve("m2/repository/g/%1$s/1/%1$s-1.jar".formatted(artifact));
  }

  @Test
  void fetch_library_withWhatItNeedsAtRunTime() throws Exception {
    assertThat(fetch(mirror(remote()), "g:a:1")).containsExactly(local("a"), local("b"));
    assertThat(local("b")).hasContent("b");
  }

  @Test
  void fetch_offlineSettings_onlyWhatIsHere() throws Exception {
    assertThatThrownBy(() -> fetch(mirror(remote()) + "<offline>true</offline>", "g:a:1"))
        .isInstanceOf(CommandException.class)
        .hasMessageMatching(
            "jasyncio: cannot fetch libraries: g:a:(jar|pom):1 is not here,"
                + " and Maven's settings say to stay off-line");
    fetch(mirror(remote()), "g:a:1");
    assertThat(fetch(mirror(remote()) + "<offline>true</offline>", "g:a:1")).hasSize(2);
  }

  @Test
  void fetch_noSuchLibrary_named() throws Exception {
    assertThatThrownBy(() -> fetch(mirror(remote()), "g:a:1", "g:none:2"))
        .isInstanceOf(CommandException.class)
        .hasMessage(
            "jasyncio: cannot fetch libraries: there is no g:none:jar:2 in repository mine");
    publish("none", "");
    Files.move(dir.resolve("remote/g/none/1"), dir.resolve("remote/g/none/2"));
    Path published = dir.resolve("remote/g/none/2");
    Files.move(published.resolve("none-1.jar"), published.resolve("none-2.jar"));
    assertThat(fetch(mirror(remote()), "g:none:2")).as("there since").hasSize(1);
  }

  @Test
  void fetch_repositoryAway_toldWhy() throws Exception {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertThatThrownBy(() -> fetch(mirror("http://127.0.0.1:" + port + "/"), "g:a:1"))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith("jasyncio: cannot fetch libraries: cannot get g:a:")
        .hasMessageContaining("from repository mine: ")
        .hasMessageContaining("refused");
  }

  @Test
  void settings_none_leadToMavensOwnRepository() throws Exception {
    var settings = MavenSettings.in(dir, null);
    assertThat(settings.localRepository()).isEqualTo(dir.resolve("repository"));
    assertThat(settings.repositories())
        .singleElement()
        .satisfies(central -> {
          assertThat(central.getId()).isEqualTo("central");
          assertThat(central.getUrl()).startsWith("https://");
        });
  }

  @Test
  void fetch_badSettings_toldSo() {
    assertThatThrownBy(() -> fetch("<mirrors>", "g:a:1"))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith("jasyncio: cannot read Maven's settings: ");
  }

  @Test
  void fetch_proxyAndProfileAndLocalRepository_honoured() throws Exception {
    var asked = new CopyOnWriteArrayList<String>();
    HttpServer proxy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    proxy.createContext(
        "/",
        exchange -> {
          String login = exchange.getRequestHeaders().getFirst("Proxy-Authorization");
          if (login == null) {
            exchange.getResponseHeaders().add("Proxy-Authenticate", "Basic realm=\"x\"");
            exchange.sendResponseHeaders(407, -1);
          } else {
            asked.add(new String(Base64.getDecoder().decode(login.substring(6)), UTF_8));
            Path file = dir.resolve("remote" + exchange.getRequestURI().getPath());
            boolean found = Files.exists(file);
            exchange.sendResponseHeaders(found ? 200 : 404, found ? Files.size(file) : -1);
            if (found) {
              Files.copy(file, exchange.getResponseBody());
            }
          }
          exchange.close();
        });
    proxy.start();
    try {
      String settings =
          """
          <localRepository>%s/elsewhere</localRepository>
          <proxies><proxy><id>p</id><active>true</active><protocol>http</protocol>
          <host>127.0.0.1</host><port>%d</port><username>ann</username><password>secret</password>
          </proxy></proxies>
          <profiles><profile><id>work</id><repositories><repository><id>office</id>
          <url>http://repository.invalid/</url></repository></repositories></profile></profiles>
          <activeProfiles><activeProfile>work</activeProfile></activeProfiles>
          <mirrors><mirror><id>knowingly</id><mirrorOf>office</mirrorOf>
          <url>http://repository.invalid/</url></mirror></mirrors>
          """
              .formatted(dir, proxy.getAddress().getPort());
      assertThat(fetch(settings, "g:b:1")).containsExactly(dir.resolve("elsewhere/g/b/1/b-1.jar"));
    } finally {
      proxy.stop(0);
    }
    assertThat(asked).isNotEmpty().containsOnly("ann:secret");
  }

  private static String profile(String url, String more) {
    return """
    <profiles><profile><id>work</id><repositories><repository><id>office</id><url>%s</url>
    %s</repository></repositories></profile></profiles>
    <activeProfiles><activeProfile>work</activeProfile></activeProfiles>
    <mirrors><mirror><id>nothing</id><mirrorOf>central</mirrorOf><url>file:///none</url></mirror>
    </mirrors>
    """
        .formatted(url, more);
  }

  @Test
  void fetch_overPlainHttp_onlyIfMirrorSaysSo() {
    assertThatThrownBy(() -> fetch(profile("http://repository.invalid/", ""), "g:b:1"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("Blocked");
  }

  @Test
  void fetch_repositoryWithoutReleases_notAskedForThem() throws Exception {
    String snapshots = "<releases><enabled>false</enabled></releases>";
    assertThatThrownBy(() -> fetch(profile(remote(), snapshots), "g:b:1"))
        .isInstanceOf(CommandException.class);
    assertThat(fetch(profile(remote(), ""), "g:b:1")).containsExactly(local("b"));
  }
}
