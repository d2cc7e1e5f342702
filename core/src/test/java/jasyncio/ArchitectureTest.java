package jasyncio;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jetbrains.annotations.Async;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Holds the arrows between the packages, and a few rules that no compiler checks.
@Tag("architecture")
class ArchitectureTest {

  /// Each package of the module and the other packages of the module that it may use.
  ///
  /// The face stands on the machine and the machine knows no face; but for that of net, whose parts
  /// are what the face of net declares: transports. The areas beside the face stand on the face and
  /// on `internal.face` alone, and import nothing else of `internal`; but for `internal.base`,
  /// which is open to all and knows none of them; for the door for builders, which leads to the
  /// machine; and for what is made of several areas. A new package gets its row here first.
  private static final Map<String, Set<String>> MAY_USE = new TreeMap<>();

  private static final String BASE = "jasyncio.internal.base";
  private static final String FACE = "jasyncio.internal.face";
  private static final String JFR = "jasyncio.internal.jfr";

  static {
    mayUse("jasyncio", "jasyncio.internal.loop", "jasyncio.internal.fiber", JFR);
    mayUse("jasyncio.sync", "jasyncio", FACE);
    mayUse("jasyncio.queue", "jasyncio", FACE);
    mayUse("jasyncio.lowlevel", "jasyncio", "jasyncio.internal.loop");
    mayUse("jasyncio.generator", "jasyncio", "jasyncio.lowlevel");
    mayUse("jasyncio.gevent", "jasyncio", "jasyncio.lowlevel", FACE);
    mayUse("jasyncio.inspect", "jasyncio", FACE);
    mayUse("jasyncio.files", "jasyncio", FACE);
    mayUse("jasyncio.util", "jasyncio", "jasyncio.generator", "jasyncio.sync", FACE);
    mayUse("jasyncio.net", "jasyncio", "jasyncio.internal.net", "jasyncio.internal.loop", FACE);
    mayUse(
        "jasyncio.process",
        "jasyncio",
        "jasyncio.net",
        "jasyncio.internal.process",
        "jasyncio.internal.net",
        FACE);
    mayUse("jasyncio.internal.process");
    mayUse(
        "jasyncio.internal.net", "jasyncio", "jasyncio.internal.loop", "jasyncio.net", FACE, JFR);
    mayUse(FACE, "jasyncio", "jasyncio.internal.loop");
    mayUse("jasyncio.internal.loop", "jasyncio.internal.fiber");
    mayUse("jasyncio.internal.fiber");
    MAY_USE.put(BASE, Set.of());
    MAY_USE.put(JFR, Set.of());
  }

  private static void mayUse(String name, String... others) {
    MAY_USE.put(name, Stream.concat(Stream.of(others), Stream.of(BASE)).collect(toSet()));
  }

  /// What the test kit may use of the machine, and nobody else.
  private static final Set<String> TO_THE_TEST_KIT =
      Set.of("jasyncio.internal.base", "jasyncio.internal.loop");

  private static final Pattern ARROWS =
      Pattern.compile("^\\| `(jasyncio[^`]*)` \\|.*\\|(.*)\\|$", Pattern.MULTILINE);
  private static final Pattern PACKAGE_NAME = Pattern.compile("`(jasyncio[^`]*)`");

  private static final Pattern ROOF_IMPORT =
      Pattern.compile("^import (static )?jasyncio\\.Asyncio\\b", Pattern.MULTILINE);

  /// What `module-info` exports, to everyone.
  private static final Set<String> EXPORTED =
      Set.of(
          "jasyncio",
          "jasyncio.files",
          "jasyncio.generator",
          "jasyncio.gevent",
          "jasyncio.inspect",
          "jasyncio.lowlevel",
          "jasyncio.net",
          "jasyncio.process",
          "jasyncio.queue",
          "jasyncio.sync",
          "jasyncio.util");

  /// The test classes that may call `Thread.sleep`, by simple name, and why each has to.
  ///
  /// All others wait for an event.
  private static final Map<String, String> MAY_SLEEP =
      Map.of(
          "FiberHazardsTest", "a task blocks its thread on purpose",
          "BlockingPolicyTest", "a task blocks its thread on purpose",
          "InterruptionTest", "a task blocks its thread on purpose",
          "MonkeyTest", "a greenlet blocks its thread on purpose",
          "StallWatchTest", "a task blocks its thread on purpose");

  private static final Path TARGET = Path.of(System.getProperty("basedir", ""), "target");
  private static final JavaClasses MAIN =
      new ClassFileImporter().importPath(TARGET.resolve("classes"));
  private static final JavaClasses TESTS =
      new ClassFileImporter().importPath(TARGET.resolve("test-classes"));

  @Test
  void packages_useOnlyWhatTheTableAllows() {
    MAY_USE.forEach((name, others) ->
        classes()
            .that()
            .resideInAPackage(name)
            .should(onlyDependOnClassesThat(outsideTheModuleOrIn(name, others)))
            .because("only these packages of the module are open to it: " + others)
            .allowEmptyShould(true)
            .check(MAIN));
  }

  @Test
  void asyncio_isTheRoof_andNobodyBelowCallsIt() {
    noClasses()
        .that()
        .doNotBelongToAnyOf(Asyncio.class)
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Asyncio.class)
        .because("it presents them; who runs here is known to Running, and beside it to Current")
        .check(MAIN);
  }

  @Test
  void asyncio_isImportedByNoSource() throws IOException {
    try (var sources = Files.walk(TARGET.resolveSibling("src/main/java"))) {
      assertThat(sources.filter(file -> file.toString().endsWith(".java")))
          .isNotEmpty()
          .extracting(Files::readString)
          .noneMatch(source -> ROOF_IMPORT.matcher(source).find());
    }
  }

  @Test
  void packages_haveARowInTheTable() {
    assertThat(MAIN)
        .extracting(JavaClass::getPackageName)
        .filteredOn(name -> !name.isEmpty()) // module-info
        .isSubsetOf(MAY_USE.keySet());
  }

  @Test
  void architecturePage_hasTheSameTable() throws IOException {
    var page = Files.readString(TARGET.resolveSibling("../docs/architecture.md"));
    var chapter = page.substring(page.indexOf("\n## Who may use whom"));
    var rows = new TreeMap<String, Set<String>>();
    ARROWS
        .matcher(chapter.substring(0, chapter.indexOf("\n\nThere are no cycles")))
        .results()
        .forEach(row -> rows.put(row.group(1), packageNames(row.group(2))));
    assertThat(rows).isEqualTo(MAY_USE);
  }

  private static Set<String> packageNames(String cell) {
    return PACKAGE_NAME.matcher(cell).results().map(name -> name.group(1)).collect(toSet());
  }

  @Test
  void areas_haveNoCycles() {
    slices().assignedFrom(new Areas()).should().beFreeOfCycles().check(MAIN);
  }

  /// A package each; but `net` and its machine are one area, as `java.net.http` and
  /// `jdk.internal.net.http` are: the face makes transports, which are what the face declares.
  private static final class Areas implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      var name = type.getPackageName();
      return SliceIdentifier.of(name.equals("jasyncio.internal.net") ? "jasyncio.net" : name);
    }

    @Override
    public String getDescription() {
      return "areas";
    }
  }

  @Test
  void moduleInfo_exportsThePublicPackagesOnly() {
    ModuleDescriptor module =
        ModuleFinder.of(TARGET.resolve("classes")).find("jasyncio").orElseThrow().descriptor();
    Map<Boolean, Set<String>> exports =
        module.exports().stream()
            .collect(
                partitioningBy(
                    ModuleDescriptor.Exports::isQualified,
                    mapping(ModuleDescriptor.Exports::source, toSet())));
    assertThat(exports.get(false)).isEqualTo(EXPORTED);
    assertThat(exports.get(true)).isEqualTo(TO_THE_TEST_KIT);
    assertThat(module.isOpen()).isFalse();
    assertThat(module.opens()).isEmpty();
    assertThat(module.packages())
        .allMatch(name -> EXPORTED.contains(name) || name.startsWith("jasyncio.internal."));
  }

  @Test
  void whateverMakesTasksWait_saysWhatFor() {
    noClasses()
        .that(DescribedPredicate.not(areIn(Set.of("EventLoop", "WaitList", "Gather"))))
        .should()
        .callMethod(EventLoop.class, "createFuture")
        .orShould()
        .callConstructor(WaitList.class, Object.class)
        .orShould(makeFuturesThatSayNothing())
        .because("people ask what a task waits for: pass a WaitInfo.Source")
        .check(MAIN);
  }

  private static ArchCondition<JavaClass> makeFuturesThatSayNothing() {
    return new ArchCondition<>("make futures that say nothing") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (var call : type.getConstructorCallsFromSelf()) {
          boolean isSuper = call.getOrigin().isConstructor() && type.isAssignableTo(Future.class);
          if (call.getTargetOwner().isEquivalentTo(Future.class) && !isSuper) {
            events.add(SimpleConditionEvent.satisfied(call, call.getDescription()));
          }
        }
      }
    };
  }

  @Test
  void debuggers_learnWhoMadeATaskOrACallback() {
    for (var type : List.of(MAIN.get(Task.class), MAIN.get(Handle.class))) {
      assertThat(type.getConstructors()).anyMatch(c -> c.isAnnotatedWith(Async.Schedule.class));
      assertThat(type.getMethod("run").isAnnotatedWith(Async.Execute.class)).isTrue();
    }
  }

  @Test
  void mainCode_doesNotPrint() {
    noClasses()
        .that(DescribedPredicate.not(areIn(Set.of("StandardStreams")))) // which are what it is for
        .should(ACCESS_STANDARD_STREAMS)
        .because("it logs")
        .check(MAIN);
  }

  @Test
  void tests_doNotSleep() {
    noClasses()
        .that(DescribedPredicate.not(areIn(MAY_SLEEP.keySet())))
        .should()
        .accessTargetWhere(isThreadSleep())
        .because("a test waits for an event")
        .check(TESTS);
  }

  private static DescribedPredicate<JavaClass> outsideTheModuleOrIn(
      String name, Set<String> others) {
    DescribedPredicate<JavaClass> allowed =
        resideInAPackage(name).or(resideInAnyPackage(others.toArray(String[]::new)));
    return DescribedPredicate.not(resideInAPackage("jasyncio..")).or(allowed);
  }

  private static DescribedPredicate<JavaClass> areIn(Set<String> topLevelNames) {
    return DescribedPredicate.describe(
        "are in " + topLevelNames, type -> topLevelNames.contains(topLevel(type).getSimpleName()));
  }

  private static JavaClass topLevel(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureTest::topLevel).orElse(type);
  }

  private static DescribedPredicate<JavaAccess<?>> isThreadSleep() {
    return DescribedPredicate.describe(
        "Thread.sleep",
        access ->
            access.getTargetOwner().isEquivalentTo(Thread.class)
                && access.getTarget().getName().equals("sleep"));
  }
}
