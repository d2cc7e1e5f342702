package jasyncio.cli;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A campaign: has jobs explore until the time is over, or somebody wants no more, and tells what
/// they find.
final class SimCampaign {
  /* Overview
   * The first job tries earlier failures again, and says when it has; then the others begin. What they find before would
   * be an earlier failure to it. What jobs tell comes in one queue, which belongs to the thread that runs the campaign.
   */
  private static final long GLANCE_MILLIS = 200;

  /// A run may take a minute before it is given up; then it is told of.
  private static final double PATIENCE_SECONDS = 120;

  private final SimTarget target;
  private final Path folder;
  private final double seconds;
  private final int jobs;
  private final PrintStream out;
  private final SimProgress progress;
  private final SimReport report;
  private final BlockingQueue<SimJob.Event> events = new LinkedBlockingQueue<>();
  private final List<SimJob> all = new ArrayList<>();
  private final Set<SimJob> open = new HashSet<>(); // have not ended
  private final Set<SimJob> done = new HashSet<>(); // have told all
  private final SplittableRandom seeds = new SplittableRandom();
  private volatile boolean interrupted;

  SimCampaign(
      SimTarget target,
      Path folder,
      double seconds,
      int jobs,
      PrintStream out,
      SimProgress progress) {
    this.target = target;
    this.folder = folder;
    this.seconds = seconds;
    this.jobs = jobs;
    this.out = out;
    this.progress = progress;
    this.report = new SimReport(target);
  }

  /// It has been enough. Any thread.
  void interrupt() {
    interrupted = true;
  }

  /// Runs it.
  ///
  /// @throws CommandException if there is nothing to explore
  void run() throws CommandException, IOException {
    try {
      start();
      while (!open.isEmpty() && !interrupted && isInTime()) {
        var event = events.poll(GLANCE_MILLIS, TimeUnit.MILLISECONDS);
        if (event != null) {
          if (isReady(event)) {
            startOthers();
          }
          take(event);
        }
        progress.show(report.runs(), report.failures());
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      progress.clear();
      all.forEach(SimJob::close);
    }
    takeTheRest();
  }

  private void start() throws IOException {
    long seed = seeds.nextLong() | 1; // 0 stands for none
    double left = Math.max(0, seconds - progress.passed());
    var job = SimJob.start(all.size(), target, folder, left, seed, "", events);
    all.add(job);
    open.add(job);
  }

  private void startOthers() throws IOException {
    while (all.size() < jobs) {
      start();
    }
  }

  private boolean isInTime() {
    if (progress.passed() < seconds + PATIENCE_SECONDS) {
      return true;
    }
    report.problem(open.size() + " of the jobs did not end in time, and were stopped");
    open.clear();
    return false;
  }

  private static boolean isReady(SimJob.Event event) {
    var told = event.told();
    return told != null && told.get("event").getAsString().equals("ready");
  }

  private void take(SimJob.Event event) throws CommandException {
    var told = event.told();
    if (told == null) {
      ended(event.job());
      return;
    }
    switch (told.get("event").getAsString()) {
      case "mistake" ->
          throw CommandException.usage(SimCommand.NAME, told.get("message").getAsString());
      case "standing" -> report.standing(event.job().number(), told);
      case "found" -> tell(told);
      case "end" -> done.add(event.job());
      default -> {} // of no interest here
    }
  }

  private void tell(JsonObject told) {
    var text = report.found(told);
    if (!text.isEmpty()) {
      progress.clear();
      out.println(text);
    }
  }

  private void ended(SimJob job) {
    if (open.remove(job) && !done.contains(job) && !interrupted) {
      report.problem(
          "a job ended by itself, with status "
              + job.exitValue()
              + ": a test may have called System.exit, or the JVM has failed");
    }
  }

  /// What was told before the jobs were closed.
  private void takeTheRest() throws CommandException {
    for (SimJob.@Nullable Event event; (event = events.poll()) != null; ) {
      take(event);
    }
  }

  int status() {
    return report.status();
  }

  String summary() {
    return (interrupted ? "\ninterrupted" : "") + report.summary(progress.passed(), jobs);
  }

  JsonObject json() {
    return report.json(progress.passed(), jobs, interrupted);
  }
}
