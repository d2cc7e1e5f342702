package jasyncio.inspect;

import static jasyncio.Asyncio.*;
import static jasyncio.testkit.Garbage.collectUntil;
import static org.assertj.core.api.Assertions.assertThat;

import jasyncio.CancelledError;
import jasyncio.EventLoop;
import jasyncio.KeyboardInterrupt;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What visitors may run in a program, and what is left of it.
class PromptTest {
  private static final String PROPERTY = "jasyncio.insight";
  private static final String WAIT = " wait=600000"; // on a busy machine

  private final String before = System.getProperty(PROPERTY, "");

  /// What the visitor's code and the test both see.
  public static final class Shared {
    /// What has happened.
    public static final ConcurrentLinkedQueue<String> EVENTS = new ConcurrentLinkedQueue<>();

    /// The loader of the visitor's classes.
    public static volatile WeakReference<ClassLoader> loader = new WeakReference<>(null);

    /// That a call has begun.
    public static volatile CountDownLatch begun = new CountDownLatch(1);

    private Shared() {}
  }

  /// What the visitor brings: the program's side loads a copy of its own.
  public static final class Brought {
    private static int variable;

    private Brought() {}

    static String count(String by) {
      sleep(0.001);
      variable += Integer.parseInt(by);
      Shared.loader = new WeakReference<>(Brought.class.getClassLoader());
      return currentTask().getName() + " " + variable;
    }

    static String loader(String nothing) {
      var mine = Brought.class.getClassLoader();
      return (mine == Shared.class.getClassLoader()) + " " + mine.getParent();
    }

    static String waits(String nothing) {
      try {
        Shared.begun.countDown();
        return sleep(3600, nothing);
      } finally {
        sleep(0.001);
        Shared.EVENTS.add("cleaned");
      }
    }

    static String makesATask(String nothing) {
      createTask(() -> {
        sleep(0.001);
        Shared.EVENTS.add("task");
      });
      return nothing;
    }

    static String fails(String how) {
      switch (how) {
        case "interrupt" -> throw new KeyboardInterrupt();
        case "cancelled" -> throw new CancelledError();
        case "odd" -> throw new OddError();
        default -> throw new IllegalStateException(how);
      }
    }

    static String leaves(String nothing) {
      Shared.EVENTS.add("left");
      return nothing;
    }
  }

  /// Cannot even be described.
  public static final class OddError extends Error {
    private static final long serialVersionUID = 1L;

    OddError() {}

    @Override
    public String getMessage() {
      throw this;
    }
  }

  @BeforeEach
  void allow() {
    Shared.EVENTS.clear();
    Shared.begun = new CountDownLatch(1);
    System.setProperty(PROPERTY, "repl");
  }

  @AfterEach
  void forbid() {
    if (before.isEmpty()) {
      System.clearProperty(PROPERTY);
    } else {
      System.setProperty(PROPERTY, before);
    }
  }

  /// Has a conversation beside a loop that runs.
  private interface Visit {
    void pay(Conversation conversation) throws Exception;
  }

  private static void visit(Visit visit) throws Exception {
    run(() ->
        toThread(() -> {
          try (var conversation = new Conversation()) {
            assertThat(conversation.answer("repl-open")).contains("\"loop\":\"loop-");
            load(conversation);
            visit.pay(conversation);
          }
          return null;
        }));
  }

  /// Brings the class, in two parts.
  private static void load(Conversation conversation) throws Exception {
    var bytes = Base64.getUrlEncoder().withoutPadding().encodeToString(classFile());
    var name = " class=" + Brought.class.getName();
    var load = "repl-load" + name + " bytes=";
    assertThat(conversation.answer(load + bytes.substring(0, 100) + " more=true")).isEqualTo("{}");
    assertThat(conversation.answer(load + bytes.substring(100))).isEqualTo("{}");
  }

  private static byte[] classFile() throws IOException {
    try (var in =
        Objects.requireNonNull(PromptTest.class.getResourceAsStream("PromptTest$Brought.class"))) {
      return in.readAllBytes();
    }
  }

  private static String question(String word, String method, String argument) {
    return word
        + " class="
        + URLEncoder.encode(Brought.class.getName(), StandardCharsets.UTF_8)
        + " method="
        + method
        + " argument="
        + argument;
  }

  private static String invoke(Conversation conversation, String method, String argument)
      throws Exception {
    return conversation.answer(question("repl-invoke", method, argument) + WAIT);
  }

  @Test
  void call_isACoroutine_andVariablesStay() throws Exception {
    visit(conversation -> {
      assertThat(invoke(conversation, "count", "2")).isEqualTo("{\"text\":\"prompt 2\"}");
      assertThat(invoke(conversation, "count", "3")).isEqualTo("{\"text\":\"prompt 5\"}");
      assertThat(invoke(conversation, "loader", "")).startsWith("{\"text\":\"false ");
      assertThat(Brought.variable).as("of the program's own class").isZero();
    });
  }

  @Test
  void call_thatIsNotDone_isAskedForAgain_andInterrupted() throws Exception {
    visit(conversation -> {
      assertThat(conversation.answer(question("repl-invoke", "waits", "")))
          .startsWith("{\"running\":true,\"begun\":");
      Shared.begun.await();
      assertThat(conversation.answer("repl-result wait=1"))
          .startsWith("{\"running\":true,\"begun\":true,");
      assertThat(conversation.answer("repl-interrupt")).isEqualTo("{}");
      assertThat(conversation.answer("repl-result" + WAIT))
          .contains("\"failure\":", "CancelledError");
      assertThat(Shared.EVENTS).containsExactly("cleaned");
    });
  }

  @Test
  void whatCodeThrows_isAnswered_andTheLoopGoesOn() throws Exception {
    visit(conversation -> {
      assertThat(invoke(conversation, "fails", "boom"))
          .isEqualTo("{\"failure\":\"java.lang.IllegalStateException: boom\"}");
      assertThat(invoke(conversation, "fails", "interrupt")).contains("KeyboardInterrupt");
      assertThat(invoke(conversation, "fails", "cancelled")).contains("CancelledError");
      assertThat(invoke(conversation, "fails", "odd")).startsWith("{\"failure\":");
      assertThat(invoke(conversation, "nothing", "")).contains("NoSuchMethodException");
      assertThat(conversation.answer("repl-invoke class=x.Y method=z argument=" + WAIT))
          .contains("ClassNotFoundException");
      assertThat(conversation.answer(question("repl-call", "fails", "odd")))
          .startsWith("{\"failure\":");
      assertThat(invoke(conversation, "count", "1")).isEqualTo("{\"text\":\"prompt 1\"}");
    });
  }

  @Test
  void visitor_whoLeaves_hasTheirCallCancelled_butNotTheirTasks() throws Exception {
    run(() -> {
      toThread(() -> {
        try (var conversation = new Conversation()) {
          conversation.answer("repl-open");
          load(conversation);
          conversation.answer(question("repl-call", "leaves", "") + " when=end");
          invoke(conversation, "makesATask", "");
          conversation.answer(question("repl-invoke", "waits", ""));
          Shared.begun.await();
        }
        return null;
      });
      while (Shared.EVENTS.size() < 3) {
        sleep(0.001);
      }
      assertThat(Shared.EVENTS).containsExactlyInAnyOrder("left", "cleaned", "task");
    });
  }

  @Test
  @Tag("garbage")
  void visitor_whoHasLeft_leavesNoClasses() throws Exception {
    run(() -> {
      toThread(() -> {
        try (var conversation = new Conversation()) {
          conversation.answer("repl-open");
          load(conversation);
          Shared.loader = new WeakReference<>(null);
          invoke(conversation, "count", "1");
          assertThat(Shared.loader.get()).isInstanceOf(PromptLoader.class);
          invoke(conversation, "makesATask", "");
          invoke(conversation, "fails", "boom");
        }
        return null;
      });
      collectUntil(() -> Shared.loader.refersTo(null), () -> sleep(0.001));
    });
  }

  @Test
  void withoutLeave_everyQuestionIsRefused() throws Exception {
    for (var property : List.of("", "control", "socket:/nowhere")) {
      System.setProperty(PROPERTY, property);
      run(() ->
          toThread(() -> {
            try (var conversation = new Conversation()) {
              for (var word :
                  List.of("open", "load", "call", "invoke", "result", "interrupt", "close", "x")) {
                assertThat(conversation.answer("repl-" + word))
                    .isEqualTo(
                        "{\"error\":\"the program does not allow to run code in it from outside: it must be"
                            + " started with -Djasyncio.insight=repl\"}");
              }
            }
            return null;
          }));
    }
  }

  @Test
  void questionsInTheWrongOrder_areAnswered() throws Exception {
    visit(conversation -> {
      assertThat(conversation.answer("repl-result"))
          .isEqualTo("{\"error\":\"nothing has been called\"}");
      assertThat(conversation.answer("repl-x"))
          .isEqualTo("{\"error\":\"there is no question 'repl-x'\"}");
      assertThat(conversation.answer("repl-interrupt")).isEqualTo("{}");
      assertThat(conversation.answer(question("repl-call", "leaves", "")))
          .isEqualTo("{\"text\":\"\"}");
      assertThat(conversation.answer("repl-load class=a bytes=*")).startsWith("{\"error\":");
      assertThat(conversation.answer("repl-close")).isEqualTo("{}");
      assertThat(conversation.answer("repl-result"))
          .isEqualTo("{\"error\":\"a prompt begins with repl-open\"}");
      assertThat(conversation.answer("repl-open loop=none")).contains("no event loop none runs");
    });
    try (var conversation = new Conversation()) {
      assertThat(conversation.answer("repl-open"))
          .isEqualTo("{\"error\":\"no event loop runs in the program\"}");
    }
  }

  @Test
  void loop_thatHasEnded_takesNoCall() throws Exception {
    try (var conversation = new Conversation()) {
      run(() -> toThread(() -> conversation.answer("repl-open")));
      assertThat(invoke(conversation, "count", "1")).isEqualTo("{\"ended\":true}");
    }
  }

  @Test
  void loop_betweenTwoRuns_makesTheCallInTheNext() throws Exception {
    try (var loop = newEventLoop();
        var conversation = new Conversation()) {
      loop.runUntilComplete(() ->
          toThread(() -> {
            conversation.answer("repl-open");
            load(conversation);
            return null;
          }));
      assertThat(conversation.answer(question("repl-invoke", "count", "1")))
          .startsWith("{\"running\":true,\"begun\":false,");
      var answer =
          loop.runUntilComplete(() -> toThread(() -> conversation.answer("repl-result" + WAIT)));
      assertThat(answer).isEqualTo("{\"text\":\"prompt 1\"}");
    }
  }

  @Test
  void loader_ofTheProgramsThread_isTheParent() throws Exception {
    var own = new ClassLoader("own", PromptTest.class.getClassLoader()) {};
    var other = new ClassLoader("other", null) {};
    assertThat(new PromptLoader(Map.of(), own).getParent()).isSameAs(own);
    assertThat(new PromptLoader(Map.of(), other).getParent())
        .isSameAs(EventLoop.class.getClassLoader());
  }
}
