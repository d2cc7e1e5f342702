package jasyncio.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import jasyncio.http.internal.Addresses;
import java.net.URI;
import java.net.URLDecoder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The proxies that environment variables name.
final class EnvironmentProxies implements ClientProxy.Choice {
  private static final Pattern PROXY =
      Pattern.compile(
          "(?:(\\w[\\w+.-]*)://)?(?:([^@/]*)@)?(\\[[0-9a-fA-F:.]+]|[^:/@\\[\\]]+)(?::(\\d{1,5}))?/*");
  private static final Pattern EXCEPTION =
      Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:\\[\\]]+)(?::(\\d{1,5}))?");

  private final @Nullable ClientProxy plain;
  private final @Nullable ClientProxy secure;
  private final List<String> except;

  /// The proxies of an environment.
  ///
  /// @param environment the variables
  EnvironmentProxies(Map<String, String> environment) {
    var all = proxy(environment, "all_proxy");
    var http = proxy(environment, "http_proxy");
    var https = proxy(environment, "https_proxy");
    plain = http == null ? all : http;
    secure = https == null ? all : https;
    var names = variable(environment, "no_proxy");
    except =
        names == null
            ? List.of()
            : Stream.of(names.toLowerCase(Locale.ROOT).split("[,\\s]+"))
                .filter(name -> !name.isEmpty())
                .toList();
  }

  private static @Nullable String variable(Map<String, String> environment, String name) {
    var value = environment.get(name);
    if (value == null
        && !(name.equals("http_proxy") && environment.containsKey("REQUEST_METHOD"))) {
      value = environment.get(name.toUpperCase(Locale.ROOT)); // which in CGI would be a header
    }
    return value == null || value.isBlank() ? null : value.strip();
  }

  private static @Nullable ClientProxy proxy(Map<String, String> environment, String name) {
    var value = variable(environment, name);
    if (value == null) {
      return null;
    }
    var parts = PROXY.matcher(value);
    if (!parts.matches()) { // the value is not shown: it may have a password
      throw new IllegalArgumentException(
          "the environment variable "
              + name
              + " names no proxy, as http://proxy.example:3128 does");
    }
    var scheme = parts.group(1) == null ? "http" : parts.group(1).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException(
          "the environment variable %s names a proxy of kind %s; only http and https are known"
              .formatted(name, scheme));
    }
    boolean tls = scheme.equals("https");
    int port = parts.group(4) == null ? (tls ? 443 : 80) : Integer.parseInt(parts.group(4));
    var proxy = ClientProxy.of(withoutBrackets(parts.group(3)), port).tls(tls);
    var credentials = parts.group(2);
    if (credentials == null) {
      return proxy;
    }
    int colon = credentials.indexOf(':');
    return colon < 0
        ? proxy.credentials(decoded(credentials), "")
        : proxy.credentials(
            decoded(credentials.substring(0, colon)), decoded(credentials.substring(colon + 1)));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
  }

  private static String withoutBrackets(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public @Nullable ClientProxy proxyFor(URI url) {
    var origin = Urls.origin(url);
    return except.stream().anyMatch(each -> isExcepted(each, origin))
        ? null
        : origin.secure() ? secure : plain;
  }

  private static boolean isExcepted(String exception, Urls.Origin origin) {
    if (exception.equals("*")) {
      return true;
    }
    var host = withoutDot(origin.host());
    var address = Addresses.parse(host);
    var range = Addresses.Range.parse(exception);
    if (range != null) {
      return address != null && range.contains(address);
    }
    var parts = EXCEPTION.matcher(exception);
    if (!parts.matches()
        || (parts.group(2) != null && Integer.parseInt(parts.group(2)) != origin.port())) {
      return false;
    }
    var name = withoutDot(withoutBrackets(parts.group(1)));
    if (address != null) {
      return address.equals(Addresses.parse(name));
    }
    name =
        name.startsWith("*.") ? name.substring(2) : name.startsWith(".") ? name.substring(1) : name;
    return host.equals(name) || (!name.isEmpty() && host.endsWith("." + name));
  }

  private static String withoutDot(String name) {
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  /// Such as `<proxies of the environment>`: what they are may have a password.
  @Override
  public String toString() {
    return "<proxies of the environment>";
  }
}
