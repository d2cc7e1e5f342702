package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Random;

/// Makes what nearly is HTTP: messages put together from parts of which some are odd, or those of
/// llhttp; one behind the other, and now and then with bytes changed.
final class HttpGarbage {
  private static final String[] METHODS = {
    "GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "X-Y"
  };
  private static final String[] ODD_METHODS = {"get", "", "G T", "GET ", "G\tT", "PRI", "CONNECT"};
  private static final String[] TARGETS = {"/", "/a?b=c", "/a%20b", "//", "/;x", "http://x/y"};
  private static final String[] ODD_TARGETS = {
    "*",
    "",
    "a",
    "/#f",
    "/\u00e9",
    "/a b",
    "http://y/",
    "http://x",
    "http://x?q",
    "HTTP://X/",
    "x:80"
  };
  private static final String[] VERSIONS = {"HTTP/1.1"};
  private static final String[] ODD_VERSIONS = {
    "HTTP/1.0",
    "HTTP/1.2",
    "HTTP/2.0",
    "HTTP/0.9",
    "http/1.1",
    "HTTP/1.1 ",
    "HTTP/1,1",
    "HTTP/01.1",
    ""
  };
  private static final String[] STATUSES = {"200 OK", "404 Not Found", "204 None", "304 Same"};
  private static final String[] ODD_STATUSES = {
    "100 Continue",
    "103 Hints",
    "200",
    "200 ",
    "99 Low",
    "1000 High",
    "2x0 OK",
    "-20 OK",
    "0200 OK",
    "205 X",
    "600 Y"
  };
  private static final String[] NAMES = {"Accept", "X-A", "Cookie", "Referer", "Cache-Control"};
  private static final String[] ODD_NAMES = {
    "", "X A", "X\u00e9", "X:", "X-", " X", "\tX", "X ", "X\t", "X\0", "(X)", "Content-Length\0"
  };
  private static final String[] VALUES = {"a", "a b", "*/*", "a, b", "\"q\"", "x=y; z", ""};
  private static final String[] ODD_HOSTS = {
    "x:0",
    "x:80",
    "x:080",
    "x:65536",
    "x:",
    ":80",
    "x:y",
    "x%",
    "x%4",
    "%4a",
    "%zz",
    "1.2.3.4:5",
    "1.2.3.4.5",
    "x..y",
    ".",
    "-x-",
    "_",
    "x_y",
    "~!$&'()*+;=",
    "[::1]",
    "[::1]:0",
    "[::1]x",
    "[::1",
    "[]",
    "[x]",
    "[v1.a]",
    "a@x",
    "x,y",
    "x\\y",
    "x y"
  };
  private static final String[] ODD_VALUES = {
    "\u00e9",
    "a\tb",
    "\0",
    "\u007f",
    "a\rb",
    "a\nb",
    "\u000b",
    "a\r\n b",
    "a\r\n\tb",
    "\u0085",
    "\u00a0"
  };
  private static final String[] BLANKS = {" "};
  private static final String[] ODD_BLANKS = {"", "  ", "\t", " \t", "\u000b", "\f", "\u00a0"};
  private static final String[] LINE_ENDS = {"\r\n"};
  private static final String[] ODD_LINE_ENDS = {
    "\n", "\r", "\r\r\n", "\n\r", " \r\n", "\r\n\r\n", ""
  };
  private static final String[] CONNECTIONS = {
    "close", "keep-alive", "Close", "x, close", "upgrade"
  };
  private static final String[] ODD_LENGTHS = {
    "+3",
    "-3",
    "3 ",
    " 3",
    "03",
    "3, 3",
    "3,4",
    "0x3",
    "",
    "3\t",
    "\u00b3",
    "99999999999999999999",
    "9223372036854775808",
    "18446744073709551619",
    "3;",
    "\"3\"",
    "3.0"
  };
  private static final String[] ODD_CODINGS = {
    "Chunked", "CHUNKED", "chunked ", "xchunked", "chunked, chunked", "gzip, chunked",
        "chunked, gzip", "identity",
    "", "chunked;a", "\"chunked\"", "chunked,", ",chunked", "\u000bchunked", "chun\u00e9ed", "gzip"
  };
  private static final String[] ODD_EXTENSIONS = {
    ";a",
    ";a=b",
    ";a=\"b\"",
    " ;a",
    ";",
    " ",
    "\t",
    ";\r",
    ";\n",
    "\u000b",
    ";a\rb",
    ";\0",
    ";a=\"\n\"",
    "\r"
  };
  private static final String[] PIECES = {
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    ":",
    ",",
    ";",
    "\0",
    "0",
    "1",
    "a",
    "\r\n\r\n",
    "0\r\n\r\n",
    "GET / HTTP/1.1\r\n",
    "Content-Length: 3\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Host: x\r\n",
    "Connection: close\r\n",
    "\u00ff",
    "\u007f"
  };

  private final Random random;
  private final boolean ofRequests;
  private final List<String> found; // the cases of llhttp
  private boolean odd; // whether the message that is made may have odd parts

  private HttpGarbage(long seed, boolean ofRequests) {
    this.random = new Random(seed);
    this.ofRequests = ofRequests;
    this.found =
        LlhttpCase.all().stream()
            .filter(each -> each.isRequest() == ofRequests)
            .map(each -> new String(each.input(), ISO_8859_1))
            .toList();
  }

  static HttpGarbage requests(long seed) {
    return new HttpGarbage(seed, true);
  }

  static HttpGarbage responses(long seed) {
    return new HttpGarbage(seed, false);
  }

  byte[] next() {
    var text = new StringBuilder();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      odd = random.nextBoolean();
      boolean oneOfTheirs = random.nextInt(8) == 0 && !found.isEmpty();
      text.append(oneOfTheirs ? found.get(random.nextInt(found.size())) : message());
    }
    if (random.nextInt(3) == 0) {
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        change(text);
      }
    }
    return text.toString().getBytes(ISO_8859_1);
  }

  // ---- one message ------------------------------------------------------------------------------

  private String message() {
    var text = new StringBuilder();
    if (ofRequests) {
      text.append(any(METHODS, ODD_METHODS)).append(any(BLANKS, ODD_BLANKS));
      text.append(any(TARGETS, ODD_TARGETS)).append(any(BLANKS, ODD_BLANKS));
      text.append(any(VERSIONS, ODD_VERSIONS));
    } else {
      text.append(any(VERSIONS, ODD_VERSIONS)).append(any(BLANKS, ODD_BLANKS));
      text.append(any(STATUSES, ODD_STATUSES));
    }
    endLine(text);
    if (ofRequests && !isOdd()) {
      header(text, "Host", isOdd() ? any(VALUES, ODD_HOSTS) : "x");
    }
    int framing = random.nextInt(4);
    var body = "";
    for (int n = random.nextInt(4); n > 0; n--) {
      header(text, any(NAMES, ODD_NAMES), any(VALUES, ODD_VALUES));
    }
    if (random.nextInt(6) == 0) {
      header(text, "Connection", any(CONNECTIONS, ODD_VALUES));
    }
    if (framing == 1 || isOdd()) {
      body = "abc".repeat(random.nextInt(3));
      header(text, "Content-Length", isOdd() ? one(ODD_LENGTHS) : String.valueOf(body.length()));
    }
    if (framing == 2 || isOdd()) {
      body = chunks();
      header(text, "Transfer-Encoding", isOdd() ? one(ODD_CODINGS) : "chunked");
    }
    if (isOdd()) {
      header(text, any(NAMES, ODD_NAMES), any(VALUES, ODD_VALUES));
    }
    endLine(text);
    return text.append(body).toString();
  }

  private void header(StringBuilder text, String name, String value) {
    text.append(isOdd() ? anyCase(name) : name).append(':').append(any(BLANKS, ODD_BLANKS));
    text.append(value);
    endLine(text);
  }

  private String chunks() {
    var text = new StringBuilder();
    for (int n = random.nextInt(3); n > 0; n--) {
      int size = 1 + random.nextInt(20);
      text.append(isOdd() ? "0" : "").append(Integer.toHexString(isOdd() ? size + 1 : size));
      text.append(isOdd() ? one(ODD_EXTENSIONS) : "");
      endLine(text);
      text.append("x".repeat(size));
      endLine(text);
    }
    text.append(isOdd() ? "000" : "0").append(isOdd() ? one(ODD_EXTENSIONS) : "");
    endLine(text);
    if (random.nextInt(4) == 0) {
      header(text, any(NAMES, ODD_NAMES), any(VALUES, ODD_VALUES));
    }
    endLine(text);
    return text.toString();
  }

  private void endLine(StringBuilder text) {
    text.append(random.nextInt(4) == 0 ? any(LINE_ENDS, ODD_LINE_ENDS) : "\r\n");
  }

  private boolean isOdd() {
    return odd && random.nextInt(12) == 0;
  }

  private String any(String[] usual, String[] unusual) {
    return one(isOdd() ? unusual : usual);
  }

  private String one(String[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  private String anyCase(String text) {
    var result = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (random.nextBoolean() && c < 128) {
        result.setCharAt(i, Character.isUpperCase(c) ? (char) (c + 32) : Character.toUpperCase(c));
      }
    }
    return result.toString();
  }

  // ---- changes ----------------------------------------------------------------------------------

  private void change(StringBuilder text) {
    int at = random.nextInt(text.length() + 1);
    int end = Math.min(text.length(), at + 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 2));
    switch (random.nextInt(5)) {
      case 0 -> text.delete(at, end);
      case 1 -> text.insert(at, one(PIECES));
      case 2 -> text.replace(at, end, one(PIECES));
      case 3 -> text.insert(at, text.substring(at, end));
      default -> text.replace(at, end, String.valueOf((char) random.nextInt(256)));
    }
  }
}
