package jasyncio.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.http.Reading.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Our codecs and Jetty's parser read the same bytes, which [HttpGarbage] makes. Nothing may be
/// read that Jetty refuses, and what both read is the same. We may refuse more. And in pieces of
/// any size the bytes are the same to us.
///
/// `-Djasyncio.http.inputs` says how many there are, `-Djasyncio.http.seed` which.
@Tag("slow")
class OracleTest {
  private static final int USUAL_INPUTS = 20_000;
  private static final int INPUTS = Integer.getInteger("jasyncio.http.inputs", USUAL_INPUTS);
  private static final long SEED = Long.getLong("jasyncio.http.seed", 20261129L);
  private static final int MOST_FAULTS = 10;
  private static final Set<String> FRAMING =
      Set.of("content-length", "transfer-encoding", "trailer");
  private static final String END = "\r\n\r\n";

  /// Who reads: a server, or a client.
  private record Side(
      BiFunction<byte[], IntSupplier, Reading> ours,
      Function<byte[], Reading> jettys,
      List<Listed> listed) {
    Reading whole(byte[] input) {
      return ours.apply(input, () -> Integer.MAX_VALUE);
    }

    Reading inPieces(byte[] input) {
      var random = new Random(input.length);
      return ours.apply(input, () -> 1 + random.nextInt(random.nextBoolean() ? 2 : 30));
    }
  }

  /// What we read on purpose, and Jetty does not.
  ///
  /// @param refusal how Jetty refuses it
  /// @param input what is somewhere in it
  private record Listed(String reason, Pattern refusal, Pattern input) {
    boolean isReason(String bytes, Reading ours, Reading theirs) {
      return theirs.refusal() != null
          && refusal.matcher(theirs.refusal()).matches()
          && input.matcher(bytes).find()
          && theirs.isBeginningOf(ours);
    }
  }

  private static Listed listed(String reason, String refusal, String input) {
    return new Listed(reason, Pattern.compile(refusal), Pattern.compile(input));
  }

  private static final Listed HIGHER_MINOR =
      listed(
          "a higher minor version is read as the highest that is known, RFC 9110 2.5",
          "505 Unknown Version",
          "HTTP/1\\.[2-9]");
  private static final Listed NAMELESS_EXTENSION =
      listed(
          "an extension of a chunk without a name is as unread as any other",
          "it is not complete",
          "\n[0-9a-fA-F]+[ \t]*;[^\n]*(\n|$)");
  private static final Listed EMPTY_PORT =
      listed(
          "a port may be empty, RFC 3986 3.2.3", "400 Bad HostPort", "(?i)Host:[^\r\n]*:[ \t]*\r");
  private static final Listed FOLDED =
      listed(
          "a client reads folded headers, RFC 9112 5.2",
          "400 Line Folding not supported|it is not complete",
          "\r\n[ \t]");
  private static final Listed REASON =
      listed(
          "what says a status in words may have tabs and any characters beyond ASCII, RFC 9112 4",
          "400 Illegal character (OTEXT|HTAB).*",
          "HTTP/1\\.\\d \\d{3} [^\r\n]*[\t\u0080-\u00ff]");
  private static final Listed HOST =
      listed("in a response, Host says nothing", "400 .*Host.*", "(?i)\nHost:");
  private static final Listed NO_BODY =
      listed(
          "where a response has no body, how it would be framed does not matter",
          "400 .*(Transfer-Encoding|Content-Length).*|(1\\d\\d|204|304) Bad Response",
          "HTTP/1\\.\\d (1\\d\\d|204|304)");

  private static final Side SERVER =
      new Side(
          (input, pieces) -> CodecReader.ofServer(input, pieces, false),
          JettyReader::ofServer,
          List.of(HIGHER_MINOR, NAMELESS_EXTENSION, EMPTY_PORT));
  private static final Side CLIENT =
      new Side(
          (input, pieces) -> CodecReader.ofClient(input, pieces, "GET", false),
          JettyReader::ofClient,
          List.of(HIGHER_MINOR, NAMELESS_EXTENSION, FOLDED, REASON, HOST, NO_BODY));

  private final Map<Listed, Integer> met = new HashMap<>();

  /// What is wrong with how an input is read, or null.
  private @Nullable String fault(Side side, byte[] input) {
    var whole = side.whole(input);
    var pieces = side.inPieces(input);
    if (!whole.messages().equals(pieces.messages()) || whole.isRefused() != pieces.isRefused()) {
      return "in pieces it is something else";
    }
    var ours = plain(whole);
    var theirs = plain(side.jettys().apply(input));
    for (var listed : side.listed()) {
      if (listed.isReason(text(input), ours, theirs)) {
        met.merge(listed, 1, Integer::sum);
        return null;
      }
    }
    if (!ours.isBeginningOf(theirs)) {
      return theirs.isRefused() ? "we read what Jetty refuses" : "we read it differently";
    } else if (ours.isRefused()) {
      return null;
    } else if (!theirs.isRefused()) {
      return ours.equals(theirs) ? null : "we have not read all of it";
    }
    // Jetty judges each byte, we a line once it is complete.
    return side.whole((text(input) + END).getBytes(ISO_8859_1)).isRefused()
        ? null
        : "Jetty refuses what we would go on with";
  }

  /// Jetty gives known headers the names that are in the RFCs, and Netty takes away how a body
  /// would be framed that there is not.
  private static Reading plain(Reading reading) {
    var messages = new ArrayList<Message>();
    for (var each : reading.messages()) {
      boolean bodiless = each.start().matches("(1\\d\\d|204|304) .*");
      messages.add(
          new Message(
              each.start(),
              plain(each.fields(), bodiless),
              each.body(),
              withoutFraming(plain(each.trailers(), false)),
              each.ended(),
              each.keepAlive()));
    }
    return new Reading(messages, reading.refusal());
  }

  /// What trailers must not say, Netty leaves out.
  private static List<String> withoutFraming(List<String> trailers) {
    var result = new ArrayList<String>();
    for (int i = 0; i < trailers.size(); i += 2) {
      if (!FRAMING.contains(trailers.get(i))) {
        result.addAll(trailers.subList(i, i + 2));
      }
    }
    return result;
  }

  private static List<String> plain(List<String> fields, boolean bodiless) {
    var result = new ArrayList<String>();
    for (int i = 0; i < fields.size(); i += 2) {
      var name = fields.get(i).toLowerCase(Locale.ROOT);
      if (!bodiless || !name.equals("transfer-encoding")) {
        result.add(name);
        result.add(fields.get(i + 1).strip()); // of which Jetty leaves a blank now and then
      }
    }
    return result;
  }

  /// A shorter input with the same fault, had by leaving out parts.
  private byte[] shrink(Side side, byte[] input, String fault) {
    var shortest = input;
    for (int n = Math.max(1, input.length / 2); n > 0; n /= 2) {
      for (int at = 0; at + n <= shortest.length; ) {
        var candidate = new byte[shortest.length - n];
        System.arraycopy(shortest, 0, candidate, 0, at);
        System.arraycopy(shortest, at + n, candidate, at, candidate.length - at);
        if (fault.equals(fault(side, candidate))) {
          shortest = candidate;
        } else {
          at += n;
        }
      }
    }
    return shortest;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, ISO_8859_1);
  }

  private static String visible(byte[] bytes) {
    var result = new StringBuilder();
    for (char c : text(bytes).toCharArray()) {
      switch (c) {
        case '\r' -> result.append("\\r");
        case '\n' -> result.append("\\n");
        case '\t' -> result.append("\\t");
        default -> {
          if (c < ' ' || c > 126) {
            result.append("\\x%02x".formatted((int) c));
          } else {
            result.append(c);
          }
        }
      }
    }
    return result.toString();
  }

  private static String describe(Side side, byte[] input, String fault) {
    return "%s: %s%nours:  %s%njetty: %s%n"
        .formatted(fault, visible(input), side.whole(input), side.jettys().apply(input));
  }

  /// Both sides read so many inputs, and some of them must have been messages, or this shows
  /// nothing.
  private void readAll(Side side, HttpGarbage garbage) {
    int read = 0;
    int refused = 0;
    var faults = new TreeSet<String>();
    for (int i = 0; i < INPUTS && faults.size() < MOST_FAULTS; i++) {
      var input = garbage.next();
      var fault = fault(side, input);
      if (fault != null) {
        faults.add(describe(side, shrink(side, input, fault), fault));
      }
      var reading = side.whole(input);
      read += reading.messages().isEmpty() ? 0 : 1;
      refused += reading.isRefused() ? 1 : 0;
    }
    if (INPUTS != USUAL_INPUTS) { // somebody wants to know
      System.out.printf(
          "%d inputs, of which we read %d and refuse %d; exceptions %s%n",
          INPUTS, read, refused, met.values());
    }
    assertThat(faults).as("seed %d", SEED).isEmpty();
    assertThat(read).isBetween(INPUTS / 5, INPUTS);
    assertThat(refused).isBetween(INPUTS / 5, INPUTS);
    assertThat(met.keySet()).as("no exception is stale").containsAll(side.listed());
  }

  @Test
  void requests_areReadAsByJetty_orRefused() {
    readAll(SERVER, HttpGarbage.requests(SEED));
  }

  @Test
  void responses_areReadAsByJetty_orRefused() {
    readAll(CLIENT, HttpGarbage.responses(SEED));
  }
}
