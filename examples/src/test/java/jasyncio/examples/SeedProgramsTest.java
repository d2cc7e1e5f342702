package jasyncio.examples;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jasyncio.examples.Programs.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Runs every program of the seed documents in Java and, where there is one, on CPython, and
/// compares what they print line by line.
///
/// The originals' output is stored in `seeds/expected`; `-Djasyncio.seeds.record=true` stores it
/// anew. Eight pairs run at a time, since most programs sleep.
class SeedProgramsTest {
  /// The items of the acceptance list that are programs.
  private static final Set<Integer> ITEMS =
      Set.of(
          4, 5, 6, 7, 8, 10, 11, 12, 14, 16, 18, 19, 20, 21, 23, 25, 27, 28, // seed 000
          32, 34, 35, 36, 39, 41, 43, 44, 45, 46, 47, 48, 49, 50, 52, // seed 001
          57, 58, 59, 60, 61, 62, 63, 67, 68, 71, 77, 79, // seed 002
          84, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103,
          104, // seed 003
          106, 108, 109, 110, 113, 115, 116, 117, 118, 119); // seed 004

  private static final String NUMBER = "([\\d.Ee-]+)";
  private static final String TIME_OF_DAY = "\\d\\d:\\d\\d:\\d\\d";
  private static final String DATE = "\\d{4}-\\d\\d-\\d\\d[ T]" + TIME_OF_DAY + "(\\.\\d+)?";

  private static final List<SeedProgram> PROGRAMS =
      List.of(
          program("Seed000_04_RegularDouble"),
          program("Seed000_05_AsyncDouble"),
          program("Seed000_06_AwaitInPlainFunction")
              .fails("await outside a coroutine", "SyntaxError: 'await' outside async function"),
          program("Seed000_07_AwaitInAsyncFunction"),
          program("Seed000_08_RunUntilComplete"),
          program("Seed000_10_ReturnValue"),
          program("Seed000_11_ChainedCoroutines")
              .same("('result1', 'result2接收了一个参数,result1')", "[result1, result2接收了一个参数,result1]"),
          program("Seed000_12_CallSoon"),
          // Between its two calls a process may have to wait longer than their delays differ.
          program("Seed000_14_CallLater").paced(0, 0, 0.1, 0.2).anyOrder(2, 4),
          program("Seed000_16_CallAt").clock("(?:内部时间 |循环时间 |时间点)" + NUMBER, 0, 0, 0, 0.1, 0.2),
          program("Seed000_18_FutureResult"),
          program("Seed000_19_AwaitFuture"),
          program("Seed000_20_DoneCallbacks"),
          program("Seed000_21a_CancelBeforeStart"),
          program("Seed000_21b_AwaitTask"),
          // Where its tasks start late, the wait is over before one of the first five has ended.
          program("Seed000_23_WaitWithTimeout")
              .rewrite("当前数字 ([0-4])|数字([0-4])被取消", "$1$2")
              .anyOrder(0, 11),
          program("Seed000_25_Gather"),
          program("Seed000_27_GatherTwoSteps")
              .elapsed("此时用时 " + NUMBER, 2, 5)
              .elapsed("总用时 " + NUMBER, 5),
          program("Seed000_28_AsCompleted")
              .elapsed("^(\\d+\\.\\d+)$", 4)
              .paced(0, 0, 0, 1, 2, 4, 4),
          program("Seed001_32_Run").elapsed("运行时间：" + NUMBER, 2),
          program("Seed001_34_SequentialAwaits").elapsed("运行时间：" + NUMBER, 3),
          program("Seed001_35_Gather").elapsed("运行时间：" + NUMBER, 2),
          program("Seed001_36_Wait").taskSets().elapsed("运行时间 " + NUMBER, 2),
          program("Seed001_39_WaitFirstException").same("['None', '任务崩溃']", "[null, 任务崩溃]"),
          program("Seed001_41_WaitTenTasks")
              .paced(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
          program("Seed001_43_CallSoon"),
          program("Seed001_44_CallLater").paced(0, 0, 0.1, 0.2),
          program("Seed001_45_CallAt").clock("(?:时间：|时间点 )" + NUMBER, 0, 0, 0, 0.1, 0.2),
          program("Seed001_46_LoopByHand"),
          program("Seed001_47_HelloWorld").paced(0, 1),
          program("Seed001_48_CreateTask").elapsed("运行时间 " + NUMBER, 2),
          program("Seed001_49_EnsureFuture").elapsed("运行时间 " + NUMBER, 2),
          program("Seed001_50_TaskStates").elapsed("运行时间 " + NUMBER, 2),
          program("Seed001_52_CallbackAroundHttpGet"),
          program("Seed002_57_AsyncFunction"),
          program("Seed002_58_AsyncGenerator"),
          program("Seed002_59_CoroutineObject").mask("(?<=async_function)[^>]*"),
          program("Seed002_60_SendRaisesStopIteration")
              .fails("StopIteration: 1", "StopIteration: 1"),
          program("Seed002_61_StopIterationValue"),
          program("Seed002_62_RunDriver"),
          program("Seed002_63_AwaitCoroutine"),
          program("Seed002_67_SayAfterSequential").mask(TIME_OF_DAY).paced(0, 1, 3, 3),
          program("Seed002_68_SayAfterTasks").mask(TIME_OF_DAY).paced(0, 1, 2, 2),
          program("Seed002_71_GatherFactorials").paced(0, 0, 0, 1, 1, 1, 2, 2, 3, 3),
          program("Seed002_77_Shield").paced(0, 0, 0.5, 0.5, 0.6, 1),
          program("Seed002_79_Wait").same("ValueError", "IllegalArgumentException"),
          program("Seed003_84_GatherWorkers").paced(0, 0, 0, 1, 2, 3),
          program("Seed003_86_AwaitTwice").mask(TIME_OF_DAY).paced(0, 1, 3, 3),
          program("Seed003_87_AwaitTasks").mask(TIME_OF_DAY).paced(0, 1, 2, 2),
          program("Seed003_88_GatherTasks").mask(TIME_OF_DAY).paced(0, 1, 2, 2),
          program("Seed003_89a_BackgroundTasks").mask(TIME_OF_DAY).paced(0, 1, 2, 3),
          program("Seed003_89b_BackgroundTasksCutOff").mask(TIME_OF_DAY).paced(0, 0),
          program("Seed003_90_RunOrLoop"),
          program("Seed003_91_GatherFactorials").paced(0, 0, 0, 1, 1, 1, 2, 2, 3),
          program("Seed003_92a_CancelledMember")
              .same("CancelledError('')", "jasyncio.CancelledError")
              .paced(0, 2, 2),
          program("Seed003_92b_FailedMember")
              .same("ZeroDivisionError()", "java.lang.ArithmeticException")
              .paced(0, 2, 2),
          program("Seed003_93_NestedNotAwaited")
              .warns(
                  "coroutine 'nested' was never awaited", "coroutine 'nested' was never awaited"),
          program("Seed003_94_TaskControls"),
          program("Seed003_95_CreateTask"),
          program("Seed003_96_FutureCallbacks"),
          program("Seed003_97_AwaitFutures").same("['future', 'coroutine']", "[future, coroutine]"),
          program("Seed003_98_DoneCallbacks"),
          program("Seed003_99_PatchAll").gevent().paced(0, 0, 0.5, 0.5),
          program("Seed003_100_SpawnAndJoin").gevent().anyOrder(2, 6),
          program("Seed003_101_Joinall").gevent().anyOrder(2, 6),
          program("Seed003_102_TaskScheduler"),
          program("Seed003_103_NestedYield")
              .same(
                  "['A', 'B', 'C', 1, 2, 3, 'name', 'age', 4, 5, 6, 7]",
                  "[A, B, C, 1, 2, 3, name, age, 4, 5, 6, 7]"),
          program("Seed003_104_YieldFrom")
              .same(
                  "['A', 'B', 'C', 1, 2, 3, 'name', 'age', 4, 5, 6, 7]",
                  "[A, B, C, 1, 2, 3, name, age, 4, 5, 6, 7]"),
          program("Seed004_106_HelloPython").paced(0, 1),
          program("Seed004_108_SayAfterSequential").elapsed("耗时: " + NUMBER, 3),
          program("Seed004_109_SayAfterTasks").elapsed("耗时: " + NUMBER, 2),
          program("Seed004_110_Run"),
          program("Seed004_113_DisplayDate").mask(DATE).paced(0, 1, 2, 3, 4),
          program("Seed004_115a_WaitFive")
              .mask(DATE)
              .anyOrder(10, 15)
              .paced(0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4, 4, 4),
          program("Seed004_115b_GatherFive")
              .mask(DATE)
              .paced(0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4, 4, 4),
          program("Seed004_116_Shield").paced(0, 0, 0.1, 0.5),
          program("Seed004_117_WaitFor"),
          program("Seed004_118_RunWait").taskSets().paced(0, 0, 2, 2, 2, 2),
          program("Seed004_119_ToThread")
              .distinct("thread id: (\\d+)")
              .elapsed("用时\\(秒\\): " + NUMBER, 6));

  private static final Path SEEDS = Programs.EXAMPLES.resolve("seeds");
  private static final boolean RECORD = Boolean.getBoolean("jasyncio.seeds.record");

  @TempDir static Path classes;
  private static Optional<String> python;
  private static Optional<String> geventPython;
  private static ExecutorService javaSlots;
  private static ExecutorService pythonSlots;
  private static Map<SeedProgram, CompletableFuture<Run>> javaRuns;
  private static Map<SeedProgram, CompletableFuture<Run>> pythonRuns;

  private static SeedProgram program(String name) {
    return new SeedProgram(name);
  }

  @BeforeAll
  static void startAll() throws IOException {
    python = Programs.findPython();
    if (python.isEmpty() && !Programs.isWithoutPython()) {
      System.err.println(
          "No CPython 3.13 or later was found (JASYNCIO_PYTHON names one):"
              + " the seed programs are compared with the stored output only.");
    }
    geventPython = Programs.findPythonWith("gevent");
    if (geventPython.isEmpty() && !Programs.isWithoutPython()) {
      System.err.println(
          "No Python with gevent was found (Debian has python3-gevent): its seed programs are"
              + " compared with the stored output only.");
    }
    Programs.compile(PROGRAMS.stream().map(SeedProgramsTest::javaFile).toList(), classes);
    javaSlots = Executors.newFixedThreadPool(8);
    pythonSlots = Executors.newFixedThreadPool(8);
    javaRuns = inSlots(javaSlots, p -> true, SeedProgramsTest::runJava);
    pythonRuns = inSlots(pythonSlots, p -> pythonOf(p).isPresent(), SeedProgramsTest::runPython);
  }

  @AfterAll
  static void stopAll() {
    javaSlots.shutdownNow();
    pythonSlots.shutdownNow();
  }

  @TestFactory
  Stream<DynamicTest> program_printsWhatTheOriginalPrints() {
    return PROGRAMS.stream().map(p -> DynamicTest.dynamicTest(p.name(), () -> check(p)));
  }

  @Test
  void everyItemThatIsAProgram_hasATwin() {
    assertEquals(
        new TreeSet<>(ITEMS),
        PROGRAMS.stream().map(SeedProgram::number).collect(toCollection(TreeSet::new)));
  }

  @Test
  void everyFile_isInTheTable() throws IOException {
    Set<String> names = PROGRAMS.stream().map(SeedProgram::name).collect(Collectors.toSet());
    assertEquals(names, names(SEEDS, ".java"));
    assertEquals(names, names(SEEDS.resolve("python"), ".py"));
    assertEquals(names, names(SEEDS.resolve("expected"), ".txt"));
  }

  private static void check(SeedProgram program) throws IOException {
    Path stored = SEEDS.resolve("expected").resolve(program.name() + ".txt");
    if (pythonRuns.containsKey(program)) {
      Run run = pythonRuns.get(program).join();
      if (RECORD) {
        Files.write(stored, run.out().stream().map(SeedProgramsTest::withoutFolders).toList());
      }
      program.checkPython(run, Files.readAllLines(stored));
    }
    List<String> expected = Files.readAllLines(stored);
    Run run = javaRuns.get(program).join();
    if (program.isGevent() && !Programs.isScheduled()) {
      program.checkRefusal(run);
      return;
    }
    program.checkJava(run, expected);
  }

  private static Map<SeedProgram, CompletableFuture<Run>> inSlots(
      ExecutorService slots, Predicate<SeedProgram> which, Function<SeedProgram, Run> runner) {
    return PROGRAMS.stream()
        .filter(which)
        .collect(
            Collectors.toMap(
                Function.identity(),
                program -> CompletableFuture.supplyAsync(() -> runner.apply(program), slots)));
  }

  private static Run runJava(SeedProgram program) {
    return run(
        Programs.hasLauncher() && Programs.isScheduled()
            ? Programs.launcherCommand(javaFile(program))
            : Programs.javaCommand(classes, program.name()));
  }

  private static Run runPython(SeedProgram program) {
    Path file = SEEDS.resolve("python").resolve(program.name() + ".py");
    return run(List.of(pythonOf(program).orElseThrow(), file.toString()));
  }

  private static Optional<String> pythonOf(SeedProgram program) {
    return program.isGevent() ? geventPython : python;
  }

  private static Run run(List<String> command) {
    try {
      return Programs.run(command);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Path javaFile(SeedProgram program) {
    return SEEDS.resolve(program.name() + ".java");
  }

  /// A Python line without the folders of the machine it ran on.
  private static String withoutFolders(String line) {
    return line.replaceAll("[^ ]*/(\\w+\\.py:)", "$1");
  }

  private static Set<String> names(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(ending))
          .map(file -> file.substring(0, file.length() - ending.length()))
          .collect(Collectors.toSet());
    }
  }
}
