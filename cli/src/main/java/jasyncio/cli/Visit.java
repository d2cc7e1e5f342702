package jasyncio.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.ReflectionException;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.jspecify.annotations.Nullable;

/// A visit to a JVM that runs: asks about its loops.
///
/// Nothing has to be prepared there. The attach API has it start its local management agent, which
/// makes our probe, which opens a socket; from then on everything goes over that, and the probe is
/// gone. A program that has opened a socket by itself is entered by that: see [Sockets].
final class Visit implements Answers {
  private static final String PROBE = "jasyncio.inspect.Probe";
  private static final AtomicInteger VISITS = new AtomicInteger();
  private static final int LONG_SECONDS = 10; // that an answer may take before somebody wonders
  private static final String OTHERWISE =
      "; one that was started with -Djasyncio.insight=socket can be entered all the same";

  private final String pid;
  private final SocketChannel channel;
  private final BufferedReader in;

  private Visit(String pid, SocketChannel channel) {
    this.pid = pid;
    this.channel = channel;
    this.in = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), UTF_8));
  }

  /// Enters a JVM.
  ///
  /// @param command who wants to, for messages
  /// @param target its process id, or the path of the socket that it has opened
  /// @throws CommandException if there is none, or it cannot be entered
  static Visit to(String command, String target) throws CommandException {
    if (target.contains("/")) {
      return bySocket(command, target);
    } else if (!target.matches("\\d{1,10}")) {
      throw UsageMistake.in(
          command, "PID is the number of a process, or the path of a socket, not " + target);
    } else if (ProcessHandle.of(Long.parseLong(target)).isEmpty()) {
      throw failure(command, "there is no process " + target);
    }
    for (Path socket : Sockets.of(target)) {
      SocketChannel channel = connect(socket, target);
      if (channel != null) {
        return new Visit(target, channel);
      }
    }
    return byAttaching(command, target);
  }

  private static @Nullable SocketChannel connect(Path socket, String pid) {
    try {
      var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      if (Sockets.isOfOwnerOf(pid, channel)) {
        return channel;
      }
      channel.close();
      return null;
    } catch (IOException e) {
      return null; // one that a process of this number has left
    }
  }

  private static Visit bySocket(String command, String path) throws CommandException {
    try {
      var channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
      UserPrincipal stranger = Sockets.strangerAt(channel);
      if (stranger != null) {
        channel.close();
        throw failure(command, strange(path, stranger.getName()));
      }
      return new Visit("at " + path, channel);
    } catch (IOException | RuntimeException e) {
      throw failure(command, notEntered(path, e));
    }
  }

  /// Says that a socket cannot be entered.
  static String notEntered(String path, Exception e) {
    if (!Files.exists(Path.of(path), LinkOption.NOFOLLOW_LINKS)) {
      return "there is no socket " + path;
    } else if ("Permission denied".equals(e.getMessage())) {
      UserPrincipal owner = Sockets.ownerOf(path);
      return "the socket "
          + path
          + " is not for this user"
          + (owner == null ? "" : ": visit it as user " + owner.getName());
    }
    return "nobody listens at " + path + " (" + e.getMessage() + ")";
  }

  /// Says that somebody else listens.
  static String strange(String path, String user) {
    return "the one who listens at "
        + path
        + " is user "
        + user
        + ", whose answers and prompts are not to be trusted: visit it as that user";
  }

  private static Visit byAttaching(String command, String pid) throws CommandException {
    try {
      var path = UnixDomainSocketAddress.of(openSocket(pid));
      return new Visit(pid, SocketChannel.open(path));
    } catch (AttachNotSupportedException | IOException e) {
      String owner =
          ProcessHandle.of(Long.parseLong(pid)).flatMap(p -> p.info().user()).orElse(null);
      throw failure(
          command, notAttached(pid, owner, System.getProperty("user.name"), e.getMessage()));
    } catch (ReflectionException e) {
      throw failure(
          command,
          "process "
              + pid
              + " has no jasyncio on its class path or module path, or an old one"
              + "; a fat jar with a class loader of its own can be entered all the same if it was"
              + " started with -Djasyncio.insight=socket");
    } catch (JMException | JMRuntimeException e) {
      throw failure(
          command, "process " + pid + " does not let us in: " + e.getMessage() + OTHERWISE);
    }
  }

  /// Says that we cannot attach.
  ///
  /// @param owner whose process it is; `null` if that is not known
  /// @param reason that the JDK gives, some of which begin with the whole command line of the
  ///   process
  static String notAttached(
      String pid, @Nullable String owner, String user, @Nullable String reason) {
    if (owner != null && !owner.equals(user) && !user.equals("root")) {
      return "process " + pid + " belongs to user " + owner + ": visit it as that user";
    }
    return "process "
        + pid
        + " cannot be entered: it is no JVM, or sees another temporary directory than this one, or"
        + " was started with -XX:+DisableAttachMechanism"
        + (reason == null || reason.startsWith("pid: ") ? "" : " (" + reason + ")")
        + OTHERWISE;
  }

  private static CommandException failure(String command, String sentence) {
    return CommandException.failure(command, sentence);
  }

  @SuppressWarnings("BanJNDI") // the address is that of the agent which has just been started
  private static String openSocket(String pid)
      throws AttachNotSupportedException, IOException, JMException {
    VirtualMachine machine = VirtualMachine.attach(pid);
    String address;
    try {
      address = machine.startLocalManagementAgent();
    } finally {
      machine.detach();
    }
    try (var connector = JMXConnectorFactory.connect(new JMXServiceURL(address))) {
      MBeanServerConnection server = connector.getMBeanServerConnection();
      var name =
          new ObjectName(
              "jasyncio:type=Probe,visitor="
                  + ProcessHandle.current().pid()
                  + ",visit="
                  + VISITS.incrementAndGet()); // of this process, at the same time perhaps
      server.createMBean(PROBE, name);
      try {
        return (String) server.invoke(name, "open", null, null);
      } finally {
        server.unregisterMBean(name);
      }
    }
  }

  /// One thread after the other.
  @Override
  public synchronized String ask(String question, Map<String, @Nullable String> values)
      throws IOException {
    String line =
        question
            + values.entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .map(entry ->
                    " " + entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), UTF_8))
                .collect(Collectors.joining());
    var answered = new AtomicBoolean();
    CompletableFuture.delayedExecutor(LONG_SECONDS, TimeUnit.SECONDS)
        .execute(() -> tellUnless(answered));
    String answer;
    try {
      send(line + "\n");
      answer = in.readLine();
    } catch (IOException e) {
      throw new IOException("process " + pid + " has ended", e);
    } finally {
      answered.set(true);
    }
    if (answer == null) {
      throw new IOException("process " + pid + " has ended");
    }
    return answer;
  }

  private void tellUnless(AtomicBoolean answered) {
    if (!answered.get()) {
      System.err.println(
          "jasyncio: still waiting for process " + pid + "; it may be stopped, or busy");
    }
  }

  /// A program that turns us away says why before it closes the connection.
  private void send(String line) {
    var bytes = UTF_8.encode(line);
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      return; // then what it has said can be read, or nothing
    }
  }

  /// An answer as an object.
  ///
  /// @throws CommandException if it is an error
  static JsonObject parse(String command, String answer) throws CommandException {
    JsonObject object = JsonParser.parseString(answer).getAsJsonObject();
    if (object.has("error")) {
      throw failure(command, object.get("error").getAsString());
    }
    return object;
  }

  /// A text of an answer, without what would move a terminal's cursor, or turn what follows around.
  static String text(JsonElement text) {
    return plain(text.getAsString());
  }

  /// Likewise of any text.
  static String plain(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ");
  }

  /// The text of this name.
  static String text(JsonObject object, String name) {
    return text(object.get(name));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
