package jasyncio.testing.gallery.simulated;

import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.taskGroup;
import static jasyncio.Asyncio.waitFor;

import jasyncio.Action;
import jasyncio.Future;
import jasyncio.TaskGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A node of a cluster that agrees on a list of commands, as long as more than half of its nodes
/// can talk to each other: Raft, after "In Search of an Understandable Consensus Algorithm" by
/// Ongaro and Ousterhout (2014), without snapshots and changes of members.
///
/// It is a lesson. The sections follow the paper: what a node remembers, elections (5.2), the log
/// (5.3), what is safe (5.4). All of a node runs on one loop, so between two awaits nothing else
/// happens to it, and there are no locks.
final class Raft {
  /* Overview
   * FOLLOWER -> CANDIDATE   nobody has led for an election timeout: watch()
   * CANDIDATE -> LEADER     more than half have voted for it: stand()
   * CANDIDATE -> FOLLOWER   somebody else leads in this term: append()
   * any -> FOLLOWER         there is a later term: meet()
   *
   * Time is divided into terms, each of which has at most one leader, as each node votes once in it. A leader's term is
   * in all that it sends and in each entry that it makes. Who hears of a later term joins it, and does not lead any more.
   */
  enum Role {
    FOLLOWER,
    CANDIDATE,
    LEADER
  }

  /// A command, and the term in which a leader has taken it.
  record Entry(int term, String command) {}

  /// Classic ones, to be found.
  enum Mistake {
    NONE,
    /// A vote is not on the disk when it is given: after a crash the node votes again.
    VOTE_NOT_SAVED,
    /// Entries of a leader of an earlier term are taken.
    TERM_NOT_CHECKED,
    /// An entry of an earlier term is committed because most nodes have it: another leader may
    /// still overwrite it (5.4.2).
    COMMITTED_BY_COUNTING,
    /// A vote is given to whoever asks first, though its log lacks what is committed (5.4.1).
    LOGS_NOT_COMPARED
  }

  private static final double HEARTBEAT = 1;
  private static final double ELECTION_TIMEOUT = 4; // and up to twice that
  private static final int NOBODY = -1;

  private final int id;
  private final int size; // of the cluster: its nodes are n0, n1, ...
  private final Path file;
  private final RandomGenerator random;
  private final Mistake mistake;
  private final List<Rpc.Peer> peers;
  private @Nullable TaskGroup tasks;

  // What a node remembers, also after a crash: it is saved before anything is said that follows
  // from it.
  private int term;
  private int votedFor = NOBODY; // in this term
  private final List<Entry> log = new ArrayList<>(); // the first has index 1

  // What it finds out again.
  private Role role = Role.FOLLOWER;
  private int leader = NOBODY;
  private int commitIndex; // up to here nothing will ever change
  private double electionAt;
  private int votes;
  private final int[] next; // of a leader: what to send to each node
  private final int[] match; // and up to where its log is the same
  private final Map<Integer, Future<Boolean>> waiting = new HashMap<>(); // clients, by index

  /// @param file where it keeps what it remembers
  Raft(int id, int size, Path file, RandomGenerator random, Mistake mistake) {
    this.id = id;
    this.size = size;
    this.file = file;
    this.random = random;
    this.mistake = mistake;
    this.peers = IntStream.range(0, size).mapToObj(i -> new Rpc.Peer("n" + i)).toList();
    this.next = new int[size];
    this.match = new int[size];
  }

  int id() {
    return id;
  }

  Role role() {
    return role;
  }

  int term() {
    return term;
  }

  List<Entry> log() {
    return log;
  }

  List<Entry> committed() {
    return log.subList(0, Math.min(commitIndex, log.size())); // less than that is a fault
  }

  /// Takes part, until it is cancelled.
  void run() throws IOException {
    load();
    postponeElection();
    taskGroup(group -> {
      tasks = group;
      group.createTask(this::watch);
      group.createTask(() -> Rpc.serve(this::answer));
    });
  }

  private IntStream others() {
    return IntStream.range(0, size).filter(node -> node != id);
  }

  private void inBackground(Action<?> body) {
    Objects.requireNonNull(tasks).createTask(body);
  }

  // ---- on the disk ------------------------------------------------------------------------------

  private void load() throws IOException {
    if (Files.exists(file)) {
      var lines = Files.readAllLines(file);
      var words = lines.removeFirst().split(" ", -1);
      term = Integer.parseInt(words[0]);
      votedFor = Integer.parseInt(words[1]);
      lines.forEach(line -> log.add(entry(line)));
    }
  }

  /// All at once: the file is never seen half written, and when this returns it survives a crash.
  private void save() throws IOException {
    var text = new StringBuilder().append(term).append(' ').append(votedFor).append('\n');
    log.forEach(entry -> text.append(text(entry)).append('\n'));
    Durable.write(file, text.toString());
  }

  private static String text(Entry entry) {
    return entry.term + ":" + entry.command;
  }

  private static Entry entry(String text) {
    var parts = text.split(":", 2);
    return new Entry(Integer.parseInt(parts[0]), parts[1]);
  }

  // ---- messages ---------------------------------------------------------------------------------

  /// A request of another node or a client: `append`, `vote` or `do`, and what belongs to it.
  private String answer(String request) throws IOException {
    var words = request.split(" ", -1);
    if (words[0].equals("do")) {
      return execute(words[1]);
    }
    var numbers = Arrays.stream(words).skip(1).limit(5).mapToInt(Integer::parseInt).toArray();
    if (words[0].equals("vote")) {
      return term(vote(numbers[0], numbers[1], numbers[2], numbers[3]));
    }
    var entries = Arrays.stream(words).skip(6).map(Raft::entry).toList();
    return term(append(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], entries));
  }

  private String term(boolean yes) {
    return term + " " + yes;
  }

  /// Asks another node, which may not answer: then it is a no.
  ///
  /// @param asked the term: if it is over, so is the question
  private boolean ask(int peer, int asked, String request) throws IOException {
    try {
      var answer = waitFor(() -> peers.get(peer).ask(request), 1).split(" ", -1);
      if (meet(Integer.parseInt(answer[0]))) {
        save();
      }
      return term == asked && answer[1].equals("true");
    } catch (IOException | TimeoutException e) {
      return false;
    }
  }

  /// Somebody is in that term: if it is a later one, this node is, too. Then it has to be saved.
  private boolean meet(int other) {
    if (other <= term) {
      return false;
    }
    term = other;
    votedFor = NOBODY;
    leader = NOBODY;
    follow();
    return true;
  }

  private void follow() {
    role = Role.FOLLOWER;
    tell(log.size(), false);
  }

  // ---- elections --------------------------------------------------------------------------------

  private void postponeElection() {
    electionAt = getRunningLoop().time() + ELECTION_TIMEOUT * (1 + random.nextDouble());
  }

  private void watch() throws IOException {
    while (true) {
      double left = electionAt - getRunningLoop().time();
      if (left > 0) {
        sleep(left);
      } else {
        postponeElection();
        if (role != Role.LEADER) {
          stand();
        }
      }
    }
  }

  private void stand() throws IOException {
    meet(term + 1);
    role = Role.CANDIDATE;
    votedFor = id;
    votes = 1;
    save();
    int asked = term;
    others().forEach(voter -> inBackground(() -> canvass(voter, asked)));
  }

  private void canvass(int voter, int asked) throws IOException {
    var request = "vote " + asked + " " + id + " " + log.size() + " " + termAt(log.size());
    if (ask(voter, asked, request) && role == Role.CANDIDATE && isMajority(++votes)) {
      lead();
    }
  }

  private boolean isMajority(int nodes) {
    return 2 * nodes > size;
  }

  /// Somebody wants to lead.
  private boolean vote(int ofTerm, int candidate, int lastIndex, int lastTerm) throws IOException {
    boolean isLater = meet(ofTerm);
    boolean isFree = votedFor == NOBODY || votedFor == candidate;
    int own = termAt(log.size());
    boolean hasAll = lastTerm > own || (lastTerm == own && lastIndex >= log.size());
    boolean yes = ofTerm == term && isFree && (hasAll || mistake == Mistake.LOGS_NOT_COMPARED);
    if (yes) {
      votedFor = candidate;
      postponeElection();
    }
    if ((yes || isLater) && mistake != Mistake.VOTE_NOT_SAVED) {
      save();
    }
    return yes;
  }

  private void lead() {
    role = Role.LEADER;
    leader = id;
    Arrays.fill(next, log.size() + 1);
    Arrays.fill(match, 0);
    int ofTerm = term;
    others().forEach(follower -> inBackground(() -> replicate(follower, ofTerm)));
  }

  // ---- the log ----------------------------------------------------------------------------------

  private int termAt(int index) {
    return index == 0 ? 0 : log.get(index - 1).term;
  }

  /// A client's command: done when most nodes have it.
  String execute(String command) throws IOException {
    if (role != Role.LEADER) {
      return leader == NOBODY ? "nobody leads" : "ask n" + leader;
    }
    log.add(new Entry(term, command));
    save();
    var done = getRunningLoop().<Boolean>createFuture();
    waiting.put(log.size(), done);
    commitWhatMostHave(); // in a cluster of one
    return done.await() ? "done" : "maybe";
  }

  private void tell(int upTo, boolean done) {
    for (int index = 1; index <= upTo; index++) {
      var client = waiting.remove(index);
      if (client != null && !client.done()) {
        client.setResult(done);
      }
    }
  }

  /// Has a follower's log become the same as this leader's, and keeps it so.
  private void replicate(int follower, int ofTerm) throws IOException {
    while (role == Role.LEADER && term == ofTerm) {
      int before = next[follower] - 1;
      int end = log.size();
      var request = new StringBuilder("append ").append(term).append(' ').append(id);
      request.append(' ').append(before).append(' ').append(termAt(before));
      request.append(' ').append(commitIndex);
      log.subList(before, end).forEach(entry -> request.append(' ').append(text(entry)));
      if (ask(follower, ofTerm, request.toString())) {
        match[follower] = end;
        next[follower] = end + 1;
        commitWhatMostHave();
      } else {
        next[follower] = Math.max(1, before); // its log may be another there
      }
      sleep(HEARTBEAT);
    }
  }

  /// Entries of a leader, which come after one that this node has to have already.
  private boolean append(
      int ofTerm, int from, int before, int termBefore, int committed, List<Entry> entries)
      throws IOException {
    if (ofTerm < term && mistake != Mistake.TERM_NOT_CHECKED) {
      return false;
    }
    boolean changed = meet(ofTerm);
    follow();
    leader = from;
    postponeElection();
    boolean fits = before <= log.size() && termAt(before) == termBefore;
    if (fits) {
      changed |= add(before, entries);
    }
    if (changed) {
      save();
    }
    if (fits) {
      commitIndex = Math.max(commitIndex, Math.min(committed, before + entries.size()));
    }
    return fits;
  }

  /// Entries that are there stay, as this may be an old message; others, of leaders whose terms are
  /// over, go.
  private boolean add(int before, List<Entry> entries) {
    boolean changed = false;
    for (int i = 0; i < entries.size(); i++) {
      int index = before + 1 + i;
      if (index <= log.size() && termAt(index) != entries.get(i).term) {
        log.subList(index - 1, log.size()).clear();
      }
      if (index > log.size()) {
        log.add(entries.get(i));
        changed = true;
      }
    }
    return changed;
  }

  // ---- what is safe -----------------------------------------------------------------------------

  /// What most nodes have, the next leader has, too, as most nodes have to vote for it, and do so
  /// for nobody whose log is behind theirs. But that holds only if it is of this leader's term:
  /// then what comes before it is committed with it.
  private void commitWhatMostHave() {
    for (int index = log.size(); index > commitIndex; index--) {
      int end = index;
      int nodes = 1 + (int) Arrays.stream(match).filter(there -> there >= end).count();
      boolean isOwn = termAt(index) == term || mistake == Mistake.COMMITTED_BY_COUNTING;
      if (isMajority(nodes) && isOwn) {
        commitIndex = index;
      }
    }
    tell(commitIndex, true);
  }
}
