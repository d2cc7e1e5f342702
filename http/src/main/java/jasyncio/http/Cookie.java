package jasyncio.http;

import jasyncio.http.internal.Tokens;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A cookie that a response sets; immutable. Scripts do not see it and other sites do not send it
/// along, unless it is said.
///
/// ```java fragment
/// Response.text("Welcome").cookie(Cookie.of("session", id).maxAge(Duration.ofHours(1)).secure(true));
/// ```
///
/// @param name its name
/// @param value its value
/// @param path for which paths the client sends it; `/`, all, by default
/// @param domain for which hosts beside this one, or `null` for none
/// @param maxAge how long the client keeps it, or `null` until it ends
/// @param secure whether it is sent over TLS alone; by default it is not
/// @param httpOnly whether it is hidden from scripts; by default it is
/// @param sameSite `Strict`, `Lax` or `None`; by default `Lax`
public record Cookie(
    String name,
    String value,
    String path,
    @Nullable String domain,
    @Nullable Duration maxAge,
    boolean secure,
    boolean httpOnly,
    String sameSite) {

  /// Checks what the cookie is made of.
  ///
  /// @throws IllegalArgumentException if a part has a character that cookies cannot have, or if
  ///   `SameSite=None` comes without `Secure`, which browsers refuse
  public Cookie {
    if (!Tokens.isToken(name)) {
      throw new IllegalArgumentException(
          "the name of a cookie is a token, and not '" + Tokens.visible(name) + "'");
    }
    check("value", value, "\",;\\ ");
    check("path", path, ";");
    if (domain != null) {
      check("domain", domain, ";, ");
    }
    switch (sameSite) {
      case "Strict", "Lax" -> {}
      case "None" -> {
        if (!secure) {
          throw new IllegalArgumentException("SameSite=None needs secure(true) before it");
        }
      }
      default ->
          throw new IllegalArgumentException(
              "SameSite is Strict, Lax or None, and not " + Tokens.visible(sameSite));
    }
  }

  private static void check(String part, String text, String forbidden) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c >= 127 || forbidden.indexOf(c) >= 0) {
        throw new IllegalArgumentException(
            "the %s of a cookie must not contain character %d; encode it".formatted(part, (int) c));
      }
    }
  }

  /// {@return a cookie for all paths of this host, until the client ends}
  ///
  /// @param name its name
  /// @param value its value
  public static Cookie of(String name, String value) {
    return new Cookie(name, value, "/", null, null, false, true, "Lax");
  }

  /// {@return a cookie that has the client forget the one of that name}
  ///
  /// @param name its name
  public static Cookie expired(String name) {
    return of(name, "").maxAge(Duration.ZERO);
  }

  /// {@return this cookie for other paths}
  ///
  /// @param path with what they begin
  public Cookie path(String path) {
    return new Cookie(name, value, path, domain, maxAge, secure, httpOnly, sameSite);
  }

  /// {@return this cookie for a domain and those below it}
  ///
  /// @param domain the domain, or `null` for this host alone
  public Cookie domain(@Nullable String domain) {
    return new Cookie(name, value, path, domain, maxAge, secure, httpOnly, sameSite);
  }

  /// {@return this cookie with another age}
  ///
  /// @param maxAge how long it is kept, or `null` until the client ends
  public Cookie maxAge(@Nullable Duration maxAge) {
    return new Cookie(name, value, path, domain, maxAge, secure, httpOnly, sameSite);
  }

  /// {@return this cookie for TLS alone, or for all connections}
  ///
  /// @param secure whether it is for TLS alone
  public Cookie secure(boolean secure) {
    return new Cookie(name, value, path, domain, maxAge, secure, httpOnly, sameSite);
  }

  /// {@return this cookie hidden from scripts, or not}
  ///
  /// @param httpOnly whether it is hidden
  public Cookie httpOnly(boolean httpOnly) {
    return new Cookie(name, value, path, domain, maxAge, secure, httpOnly, sameSite);
  }

  /// {@return this cookie with another rule for requests that come from other sites}
  ///
  /// @param sameSite `Strict`, `Lax` or `None`
  public Cookie sameSite(String sameSite) {
    return new Cookie(name, value, path, domain, maxAge, secure, httpOnly, sameSite);
  }

  /// {@return the cookie as the header `Set-Cookie` has it}
  public String toHeader() {
    var text = new StringBuilder(name).append('=').append(value).append("; Path=").append(path);
    if (domain != null) {
      text.append("; Domain=").append(domain);
    }
    if (maxAge != null) {
      text.append("; Max-Age=").append(maxAge.toSeconds());
    }
    if (secure) {
      text.append("; Secure");
    }
    if (httpOnly) {
      text.append("; HttpOnly");
    }
    return text.append("; SameSite=").append(sameSite).toString();
  }
}
