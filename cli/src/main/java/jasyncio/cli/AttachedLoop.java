package jasyncio.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// An event loop of another program, on which the inputs of a REPL run.
final class AttachedLoop implements ReplHost {
  /* Overview
   * The program knows little: it loads classes, and has methods of theirs called, on the loop or on the thread of the
   * visit. What is sent first are AttachedInput and its like, which do the rest there.
   *
   * All goes over one visit, a question at a time, none of which takes longer than a wait. So Ctrl-C is a question, too;
   * whoever waits for the input asks it. Another thread fetches what tasks print meanwhile.
   */
  private static final String NAME = "jasyncio repl";
  private static final int WAIT_MILLIS = 100;
  private static final int PATIENCE_MILLIS = 2000;
  private static final int PART = 50_000; // characters of a class in one question
  private static final int INTERRUPTS = 3; // and it is not waited for any more

  private final Answers visit;
  private final JsonObject about; // the program
  private final AttachedClasses classes;
  private final LongSupplier clock; // nanoseconds
  private final CompletableFuture<Integer> end = new CompletableFuture<>();
  private boolean isEquipped; // thread of inputs
  private final InputInterrupts interrupts = new InputInterrupts();

  /// @param about what the program has answered to `repl-open`
  AttachedLoop(Answers visit, JsonObject about, ClassPath classPath, LongSupplier clock) {
    this.clock = clock;
    this.visit = visit;
    this.about = about;
    this.classes = new AttachedClasses(classPath);
  }

  // ---- questions --------------------------------------------------------------------------------

  /// @throws ReplLoop.Ended if there is no answer, which has been told then
  private JsonObject ask(String question, Map<String, @Nullable String> values)
      throws ReplLoop.Ended {
    try {
      return Visit.parse(NAME, visit.ask(question, values));
    } catch (IOException e) {
      throw endFor(NAME + ": " + e.getMessage());
    } catch (CommandException e) {
      throw endFor(String.valueOf(e.getMessage()));
    }
  }

  private ReplLoop.Ended endFor(String sentence) {
    synchronized (end) {
      if (!end.isDone()) {
        System.err.println(sentence);
        end.complete(ExitStatus.FAILED);
      }
    }
    return new ReplLoop.Ended();
  }

  private static Map<String, @Nullable String> call(Class<?> type, String method, String argument) {
    var values = new HashMap<String, @Nullable String>();
    values.put("class", type.getName());
    values.put("method", method);
    values.put("argument", argument);
    return values;
  }

  private String text(JsonObject answer) throws ReplLoop.Ended {
    JsonElement text = answer.get("text");
    if (text == null) {
      String failure = answer.has("failure") ? Visit.text(answer, "failure") : "no answer";
      throw endFor(NAME + ": the program cannot run inputs: " + failure);
    }
    return text.getAsString();
  }

  /// Prints what inputs have printed since the last time. One thread after the other, so that it
  /// comes in order.
  private void printOutput() throws ReplLoop.Ended {
    synchronized (classes) {
      System.out.print(text(ask("repl-call", call(AttachedIo.class, "take", ""))));
      System.out.flush();
    }
  }

  // ---- the thread that serves -------------------------------------------------------------------

  @Override
  public int serve() {
    while (true) {
      try {
        return end.get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        lookForOutput();
      } catch (InterruptedException e) {
        return ExitStatus.INTERRUPTED;
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void lookForOutput() {
    try {
      printOutput();
    } catch (ReplLoop.Ended e) {
      return; // it has been told
    }
  }

  @Override
  public void close() {
    try (visit;
        classes) {
      visit.ask("repl-close", Map.of());
    } catch (IOException e) {
      return; // the program has ended
    }
  }

  // ---- the thread of inputs ---------------------------------------------------------------------

  @Override
  public InputExecution execution(int limit) {
    return new AttachedExecution(this, classes, limit);
  }

  /// Has the program know classes.
  void load(Map<String, byte[]> added) throws ReplLoop.Ended {
    if (!isEquipped) {
      isEquipped = true;
      load(AttachedClasses.companions());
      Map<String, @Nullable String> farewell = call(AttachedInput.class, "leave", "");
      farewell.put("when", "end");
      ask("repl-call", farewell);
    }
    for (var each : added.entrySet()) {
      String bytes = Base64.getUrlEncoder().withoutPadding().encodeToString(each.getValue());
      for (int start = 0; start < bytes.length(); start += PART) {
        int stop = Math.min(bytes.length(), start + PART);
        var values = new HashMap<String, @Nullable String>();
        values.put("class", each.getKey());
        values.put("bytes", bytes.substring(start, stop));
        values.put("more", stop < bytes.length() ? "true" : null);
        ask("repl-load", values);
      }
    }
  }

  /// Runs an input and waits for it.
  ///
  /// @param argument for [AttachedInput#run]
  /// @return what [AttachedInput] says of it
  /// @throws ReplLoop.Interrupted if [#interrupt] ended it
  /// @throws ReplLoop.Ended if the program ends, or the input ends the session
  String run(String argument) throws ReplLoop.Interrupted, ReplLoop.Ended {
    interrupts.beginUnlessInterrupted();
    String outcome;
    try {
      outcome = await(argument);
    } finally {
      interrupts.end(() -> {});
    }
    switch (outcome.charAt(0)) {
      case AttachedInput.EXIT -> {
        end.complete(Integer.valueOf(outcome.substring(1)));
        throw new ReplLoop.Ended();
      }
      case AttachedInput.BROKEN_OFF -> throw new ReplLoop.Interrupted();
      case AttachedInput.INTERRUPTIBLE -> {
        if (interrupts.count() > 0) {
          throw new ReplLoop.Interrupted();
        }
      }
      default -> {}
    }
    return outcome;
  }

  private String await(String argument) throws ReplLoop.Interrupted, ReplLoop.Ended {
    String wait = Integer.toString(WAIT_MILLIS);
    Map<String, @Nullable String> input = call(AttachedInput.class, "run", argument);
    input.put("wait", wait);
    JsonObject answer = ask("repl-invoke", input);
    int sent = 0;
    long start = clock.getAsLong();
    boolean told = false;
    while (answer.has("running")) {
      while (sent < interrupts.count()) {
        passOn(++sent);
      }
      if (!told && isHeldUp(answer, clock.getAsLong() - start)) {
        told = true;
        tellOfDelay();
      }
      printOutput();
      answer = ask("repl-result", Map.of("wait", wait));
    }
    if (answer.has("ended")) {
      throw endFor(NAME + ": the event loop " + loop() + " of process " + pid() + " has ended");
    }
    printOutput();
    if (answer.has("failure") && interrupts.count() > 0) {
      throw new ReplLoop.Interrupted(); // before it began
    }
    return text(answer);
  }

  /// The first time the input is cancelled, the second time broken off; then it is left alone.
  private void passOn(int interrupt) throws ReplLoop.Interrupted, ReplLoop.Ended {
    if (interrupt >= INTERRUPTS) {
      System.err.println("the input goes on in the program, and is not waited for any more");
      throw new ReplLoop.Interrupted();
    }
    ask("repl-interrupt", Map.of());
    if (interrupt > 1) {
      text(ask("repl-call", call(AttachedInput.class, "breakOff", "")));
    }
  }

  private static boolean isHeldUp(JsonObject answer, long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos) > PATIENCE_MILLIS
        && (!answer.get("begun").getAsBoolean() || answer.get("heldUpFor").getAsDouble() > 0);
  }

  private void tellOfDelay() {
    System.err.println(
        "still waiting: something holds up the event loop, which 'jasyncio ps "
            + pid()
            + "' names; Ctrl-C cancels what waits, twice breaks off the input, three times leaves it"
            + " alone");
  }

  // ---- what a host does -------------------------------------------------------------------------

  private String loop() {
    return Visit.text(about, "loop");
  }

  private String pid() {
    return Visit.text(about, "pid");
  }

  @Override
  public String greeting() {
    return "Every input runs in process "
        + pid()
        + ", on its event loop "
        + loop()
        + ", and sees its classes."
        + "\nWhat inputs print is shown here, what the program prints is not.";
  }

  @Override
  public String help() {
    return """
    The program goes on while you type. Its classes can be used,
    but for those without a package. asyncio's functions and classes are imported, and java.base.

      /ps [OPTION]... all tasks of the program, and what each waits for; or some, with the
                      options of 'jasyncio ps': --name 'db*', --state, --waiting-on, --older
      /exit [STATUS]  leaves the program, which goes on, as do tasks that you have made;
                      so does Ctrl-D
      /help           this text

    Ctrl-C cancels the input that runs; pressed again, it breaks off its code; the third time it
    is not waited for. Tab completes names.\
    """;
  }

  @Override
  public InputInterrupts interrupts() {
    return interrupts;
  }

  @Override
  public void interrupt() {
    var count = new AtomicInteger();
    interrupts.interrupt(count::set);
    if (count.get() > INTERRUPTS) { // the program has not even answered: it is stopped, say
      leave();
    }
  }

  private void leave() {
    endFor(NAME + ": process " + pid() + " does not answer; this leaves it");
    try {
      visit.close();
    } catch (IOException e) {
      return; // it is closed
    }
  }

  @Override
  public boolean hasEnded() {
    return end.isDone();
  }

  @Override
  public String tasks(TaskFilter filter) throws Exception {
    Map<String, @Nullable String> values = filter.values("/ps");
    values.put("patience", Integer.toString(PATIENCE_MILLIS));
    values.put("brief", "1");
    return PsCommand.text(Visit.parse(NAME, visit.ask("ps", values)), false);
  }

  @Override
  public void end(int code) {
    if (!hasEnded()) {
      lookForOutput();
    }
    end.complete(code);
  }
}
