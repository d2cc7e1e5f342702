package jasyncio.testing;

import static jasyncio.Asyncio.await;
import static jasyncio.Asyncio.createTask;
import static jasyncio.Asyncio.getRunningLoop;
import static jasyncio.Asyncio.sleep;
import static jasyncio.Asyncio.toThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jasyncio.CancelledError;
import jasyncio.Future;
import jasyncio.SystemExit;
import jasyncio.util.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SimulationTest {
  interface Body {
    void run(Simulation sim) throws Exception;
  }

  /// The plain run alone.
  private static void simulate(Body body) {
    explore(1, body);
  }

  private static Exploration.Result explore(int runs, Body body) {
    return Exploration.of("simulated", scope -> body.run(scope.simulation()))
        .simulated()
        .runs(runs)
        .check();
  }

  private static ExplorationFailure failureOf(int runs, Body body) {
    try {
      explore(runs, body);
    } catch (ExplorationFailure e) {
      return e;
    }
    throw new AssertionError("it has not failed");
  }

  // ---- hosts ------------------------------------------------------------------------------------

  @Test
  void hosts_runInOneTime_besideTheTest() {
    simulate(sim -> {
      var seen = new ArrayList<String>();
      sim.hosts(
          "n",
          2,
          i ->
              () -> {
                for (int k = 0; k < 3; k++) {
                  sleep(1 + i);
                  seen.add("n" + i + " at " + sim.elapsed().toSeconds());
                }
              });
      sleep(2.5);
      seen.add("test at " + sim.elapsed().toMillis());
      sleep(10);
      assertThat(seen)
          .containsExactly(
              "n0 at 1", "n1 at 2", "n0 at 2", "test at 2500", "n0 at 3", "n1 at 4", "n1 at 6");
      assertThat(sim.hosts()).noneMatch(Host::isRunning);
    });
  }

  @Test
  void anHourOfTwoHosts_takesNoTime() {
    simulate(sim -> {
      var beats = new AtomicInteger();
      sim.hosts(
          "n",
          2,
          _ ->
              () -> {
                while (true) {
                  sleep(1);
                  beats.incrementAndGet();
                }
              });
      sleep(3600.5);
      assertThat(beats).hasValue(7200);
    });
  }

  @Test
  void host_isCalled_fromTheTest_andFromAnother() {
    simulate(sim -> {
      var loops = new ArrayList<Object>();
      var one =
          sim.host(
              "one",
              () -> {
                loops.add(getRunningLoop());
                sleep(100);
              });
      sim.host(
          "two",
          () -> {
            sleep(1);
            loops.add(await(one.loop().call(() -> getRunningLoop())));
          });
      sleep(2);
      assertThat(await(one.loop().call(() -> getRunningLoop()))).isSameAs(one.loop());
      assertThat(loops).containsExactly(one.loop(), one.loop());
    });
  }

  @Test
  void programs_areCancelled_andAwaited_whenTheTestIsOver() {
    var order = new ArrayList<String>();
    simulate(sim -> {
      sim.host(
          "n",
          () -> {
            createTask(() -> {
              try {
                sleep(1000);
              } finally {
                sleep(1);
                order.add("its task");
              }
            });
            try {
              new Future<Void>().await();
            } catch (CancelledError e) {
              sleep(2);
              order.add("program");
              throw e;
            }
          });
      sleep(1);
      order.add("test");
    });
    assertThat(order).containsExactly("test", "program", "its task");
  }

  @Test
  void program_thatDoesNotEnd_isToldOf() {
    var failure =
        failureOf(
            1,
            sim -> {
              sim.host(
                  "stubborn",
                  () -> {
                    while (true) {
                      try {
                        sleep(1000);
                      } catch (CancelledError e) {
                        // goes on
                      }
                    }
                  });
              sleep(1);
            });
    assertThat(failure).hasMessageContaining("the program of host stubborn does not end within 10");
  }

  @Test
  void program_thatFails_failsTheTest_atOnce() {
    var reached = new AtomicInteger();
    var failure =
        failureOf(
            1,
            sim -> {
              sim.host(
                  "n",
                  () -> {
                    sleep(1);
                    throw new IllegalArgumentException("bad luck");
                  });
              sleep(5);
              reached.incrementAndGet();
            });
    assertThat(failure).hasRootCauseInstanceOf(IllegalArgumentException.class);
    assertThat(failure).hasMessageContaining("bad luck");
    assertThat(reached).hasValue(0);
  }

  @Test
  void errorOfATask_thatNobodyReads_failsTheTest() {
    var failure =
        failureOf(
            1,
            sim -> {
              sim.host(
                  "n",
                  () -> {
                    getRunningLoop()
                        .callSoon(() -> {
                          throw new IllegalArgumentException("in a callback");
                        });
                    sleep(1);
                  });
              sleep(5);
            });
    assertThat(failure).hasMessageContaining("in a callback");
  }

  @Test
  void exitInACallback_endsTheProgram_withItsCode() {
    simulate(sim -> {
      var host =
          sim.host(
              "n",
              () -> {
                getRunningLoop()
                    .callLater(
                        1,
                        () -> {
                          throw new SystemExit(0);
                        });
                sleep(100);
              });
      sleep(5);
      assertThat(host.isRunning()).isFalse();
    });
    var failure =
        failureOf(
            1,
            sim -> {
              sim.host(
                  "n",
                  () -> {
                    throw new SystemExit(3);
                  });
              sleep(5);
            });
    assertThat(failure).hasRootCauseInstanceOf(SystemExit.class);
  }

  @Test
  void conditionThatThrows_failsTheTest() {
    var failure =
        failureOf(
            1,
            sim -> {
              sim.always(
                  "never asked",
                  () -> {
                    throw new IllegalArgumentException("a condition's own");
                  });
              sim.host("n", () -> sleep(1));
              sleep(5);
            });
    assertThat(failure).hasMessageContaining("a condition's own");
  }

  @Test
  void jobsOfAHostsExecutor_areRun() {
    simulate(sim -> {
      var got = new ArrayList<String>();
      sim.host("n", () -> got.add(toThread(() -> "from a thread")));
      sleep(1);
      assertThat(got).containsExactly("from a thread");
    });
  }

  // ---- what may happen to them ------------------------------------------------------------------

  @Test
  void crash_endsItAsItStands_andRestartBeginsAnew() {
    simulate(sim -> {
      var seen = new ArrayList<String>();
      var host =
          sim.host(
              "n",
              () -> {
                seen.add("begins");
                try {
                  sleep(10);
                  seen.add("ends");
                } finally {
                  seen.add("cleans up");
                }
              });
      sleep(5);
      host.crash();
      assertThat(host.isRunning()).isFalse();
      assertThatIllegalStateException()
          .isThrownBy(host::loop)
          .withMessage("host n has crashed; restart() has its program run again");
      sleep(10);
      host.restart();
      sleep(11);
      assertThat(seen).containsExactly("begins", "begins", "ends", "cleans up");
      assertThatIllegalStateException()
          .isThrownBy(host::loop)
          .withMessage("host n has ended; restart() has its program run again");
    });
  }

  @Test
  void crash_ofTheHostThatRuns_isRefused() {
    simulate(sim -> {
      var refused = new ArrayList<Object>();
      sim.host(
          "n",
          () -> {
            try {
              sim.host("n").crash();
            } catch (IllegalStateException e) {
              refused.add(e.getMessage());
            }
          });
      sleep(1);
      assertThat(refused)
          .containsExactly("host n cannot crash itself: the test, or another host, does that");
    });
  }

  @Test
  void call_toAHostThatCrashes_failsWithThat() {
    simulate(sim -> {
      var host = sim.host("n", () -> sleep(100));
      sleep(1);
      var call = host.loop().call(() -> sleep(50));
      sleep(1);
      host.crash();
      assertThatThrownBy(() -> await(call)).isInstanceOf(IllegalStateException.class);
    });
  }

  @Test
  void kill_endsTheProgramAlone_andTheDiskKeepsWhatWasWritten() {
    simulate(sim -> {
      var seen = new ArrayList<String>();
      var host =
          sim.host(
              "n",
              () -> {
                var file = sim.host("n").disk().path("/file");
                seen.add(Files.exists(file) ? Files.readString(file) : "nothing");
                Files.writeString(file, "written");
                try {
                  sleep(10);
                } finally {
                  seen.add("cleaned up");
                }
              });
      sleep(1);
      host.kill();
      assertThat(host.isRunning()).isFalse();
      host.restart();
      sleep(1);
      host.crash();
      host.restart();
      sleep(1);
      assertThat(seen).containsExactly("nothing", "written", "nothing");
    });
  }

  @Test
  void signal_isHandled_orEndsTheProgram() {
    simulate(sim -> {
      var seen = new ArrayList<String>();
      var host =
          sim.host(
              "n",
              () -> {
                getRunningLoop().addSignalHandler("TERM", () -> seen.add("TERM"));
                sleep(100);
              });
      sleep(1);
      host.signal("TERM");
      host.signal("USR2");
      sleep(1);
      assertThat(seen).containsExactly("TERM");
      assertThat(host.isRunning()).isTrue();
      host.signal("INT");
      assertThat(host.isRunning()).isFalse();
    });
  }

  @Test
  void pausedHost_isLate_andOthersGoOn() {
    simulate(sim -> {
      var seen = new ArrayList<String>();
      var hosts =
          sim.hosts(
              "n",
              2,
              i ->
                  () -> {
                    sleep(1);
                    seen.add("n" + i + " at " + sim.elapsed().toSeconds());
                  });
      hosts.getFirst().pause();
      sleep(60);
      assertThat(hosts.getFirst().isPaused()).isTrue();
      hosts.getFirst().resume();
      sleep(1);
      assertThat(seen).containsExactly("n1 at 1", "n0 at 61");
    });
  }

  @Test
  void clock_thatIsWrong_isSoForItsHostAlone() {
    simulate(sim -> {
      var host =
          sim.host(
              "n",
              () -> {
                while (true) {
                  sleep(10);
                }
              });
      sleep(1);
      assertThat(host.clock().instant()).isEqualTo(TestClock.BEGINNING.plusSeconds(1));
      host.setClock(Duration.ofMinutes(5), 0.1);
      assertThat(host.clock().instant()).isEqualTo(TestClock.BEGINNING.plusSeconds(301));
      sleep(100);
      assertThat(host.clock().instant()).isEqualTo(TestClock.BEGINNING.plusSeconds(411));
      assertThat(sim.elapsed()).isEqualTo(Duration.ofSeconds(101));
      assertThatIllegalArgumentException().isThrownBy(() -> host.setClock(Duration.ZERO, -1));
    });
  }

  @Test
  void names_areUnique_andLookedUp() {
    simulate(sim -> {
      var host = sim.host("n", () -> {});
      assertThat(sim.host("n")).isSameAs(host);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> sim.host("n", () -> {}))
          .withMessage("there is a host n already");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> sim.host("m"))
          .withMessage("there is no host m among [n]");
    });
  }

  // ---- properties -------------------------------------------------------------------------------

  @Test
  void always_thatDoesNotHold_failsTheTest_where() {
    var counter = new AtomicInteger();
    var failure =
        failureOf(
            1,
            sim -> {
              counter.set(0);
              sim.always("below 3", () -> counter.get() < 3);
              sim.host(
                  "n",
                  () -> {
                    while (true) {
                      sleep(1);
                      counter.incrementAndGet();
                    }
                  });
              sleep(100);
            });
    assertThat(failure).hasMessageContaining("always(\"below 3\") does not hold any more");
    assertThat(failure).hasMessageNotContaining("does not end"); // nobody has asked it to
    assertThat(counter).hasValue(3);
  }

  @Test
  void eventually_waitsUntilItHolds() {
    simulate(sim -> {
      var done = new ArrayList<String>();
      sim.host(
          "n",
          () -> {
            sleep(5);
            done.add("done");
          });
      sim.eventually(10, "done", () -> !done.isEmpty());
      assertThat(sim.elapsed()).isEqualTo(Duration.ofSeconds(5));
      assertThatThrownBy(() -> sim.eventually(10, "twice", () -> done.size() == 2))
          .isInstanceOf(AssertionError.class)
          .hasMessage("eventually(\"twice\") does not hold within 10.0 s");
      assertThat(sim.elapsed()).isEqualTo(Duration.ofSeconds(15));
    });
  }

  @Test
  void sometimes_thatHeldInNoRun_failsTheExploration() {
    assertThatThrownBy(() ->
            explore(
                5,
                sim -> {
                  sim.sometimes("the moon is out", () -> false);
                  sim.sometimes("a second is over", () -> sim.elapsed().toSeconds() >= 1);
                  sim.host("n", () -> sleep(2));
                  sleep(3);
                }))
        .isInstanceOf(AssertionError.class)
        .hasMessage(
            "simulated: sometimes(\"the moon is out\") was so in none of 5 runs; more of them, other"
                + " faults, or another level may get there");
  }

  @Test
  void points_areReachable_orNot() {
    explore(
        1,
        sim -> {
          sim.reachable("here");
          sim.host("n", () -> Point.at("here"));
          sleep(1);
        });
    assertThatThrownBy(() -> explore(1, sim -> sim.reachable("there")))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("simulated: reachable(\"there\") was so in none of 1 run;");
    var failure =
        failureOf(
            1,
            sim -> {
              sim.unreachable("here");
              sim.host("n", () -> Point.at("here"));
              sleep(1);
            });
    assertThat(failure).hasMessageContaining("unreachable(\"here\") was come to");
  }

  @Test
  void points_ofAHost_fail() {
    simulate(sim -> {
      var seen = new ArrayList<Object>();
      var host =
          sim.host(
              "n",
              () -> {
                sleep(1);
                try {
                  Point.at("before the write");
                } catch (Exception e) {
                  seen.add(e.getMessage());
                }
              });
      await(
          host.loop()
              .call(() -> host.points().fail("before the write", new IOException("disk on fire"))));
      sleep(2);
      assertThat(seen).containsExactly("disk on fire");
    });
  }

  // ---- dead-locks, and exploration --------------------------------------------------------------

  @Test
  void deadlock_ofAll_isToldOf_withEachHost() {
    var failure =
        failureOf(
            1,
            sim -> {
              sim.host("n", () -> new Future<Void>().await());
              new Future<Void>().await();
            });
    assertThat(failure).hasMessageContaining("nobody can ever run again, on no host");
    assertThat(failure).hasMessageContaining("on host n:");
  }

  /// Two hosts that read, and write a moment later: fails if one of them stands still in between.
  @Test
  void fault_thatNeedsAPause_isFound_andShrunk() {
    var failure =
        failureOf(
            1000,
            sim -> {
              var lease = new long[] {0}; // until when somebody holds it, in ms
              var holders = new AtomicInteger();
              sim.always("one holder", () -> holders.get() <= 1);
              sim.hosts(
                  "n",
                  2,
                  i ->
                      () -> {
                        sleep(i * 0.001);
                        while (sim.elapsed().toMillis() < lease[0]) {
                          sleep(0.01);
                        }
                        lease[0] = sim.elapsed().toMillis() + 50;
                        holders.incrementAndGet();
                        sleep(0.04); // and so is out before the lease is, unless it stands still
                        holders.decrementAndGet();
                      });
              sleep(10);
            });
    assertThat(failure.deviations()).hasSizeBetween(1, 2);
    assertThat(failure.deviations())
        .allMatch(text -> text.matches("n[01] (stands still for|wakes) .*"));
    assertThat(failure).hasMessageContaining("always(\"one holder\")");
  }

  @Test
  void choose_isPlainFirst_thenAnything_andNamedInTheFailure() {
    var seen = new ArrayList<Integer>();
    explore(
        200,
        sim -> {
          assertThat(sim.choose("the only thing", 1)).isZero();
          seen.add(sim.choose("something", 3));
        });
    assertThat(seen.getFirst()).isZero();
    assertThat(seen).contains(0, 1, 2).doesNotContain(3);
    var failure =
        failureOf(
            1000,
            sim -> {
              assertThat(sim.choose("something", 3)).isNotEqualTo(2);
            });
    assertThat(failure.deviations()).containsExactly("something: 2");
    var second =
        failureOf(
            1000,
            sim ->
                assertThat(sim.choose("something", List.of("a cup", "a spoon", "a fork")))
                    .isNotEqualTo("a fork"));
    assertThat(second.deviations()).containsExactly("something: a fork");
    simulate(sim ->
        assertThatIllegalArgumentException()
            .isThrownBy(() -> sim.choose("nothing", 0))
            .withMessage("there is 1 possibility or more, not 0"));
  }

  /// What is made plain on one host moves what is drawn afterwards, on all.
  @Test
  void whatMatters_isKept_whileAllElseIsMadePlain() {
    var failure =
        failureOf(
            1000,
            sim -> {
              sim.hosts(
                  "n",
                  3,
                  i ->
                      () -> {
                        while (true) {
                          sleep(0.05 + 0.01 * i);
                        }
                      });
              sleep(10);
              int lights = sim.choose("the lights go out", 2);
              sleep(10);
              assertThat(lights + sim.choose("the doors are shut", 3)).isNotEqualTo(3);
            });
    assertThat(failure.deviations())
        .containsExactly("the lights go out: 1", "the doors are shut: 2");
  }

  @Test
  void runWithTheSameChoices_isTheSame() {
    var traces = new ArrayList<List<String>>();
    var seen = new ArrayList<String>();
    Body body =
        sim -> {
          seen.clear();
          sim.hosts(
              "n",
              3,
              i ->
                  () -> {
                    for (int k = 0; k < 20; k++) {
                      sleep(0.1);
                      seen.add(i + " " + sim.elapsed().toNanos());
                    }
                  });
          sleep(5);
          traces.add(List.copyOf(seen));
        };
    for (int i = 0; i < 2; i++) {
      explore(50, body);
    }
    assertThat(traces).hasSize(100);
    assertThat(traces.subList(0, 50)).isEqualTo(traces.subList(50, 100));
    assertThat(traces.subList(0, 50).stream().distinct()).hasSizeGreaterThan(10);
  }

  @Explore(runs = 3)
  void parameter_ofAnExploredTest(Simulation sim, TestClock clock) {
    var done = new ArrayList<String>();
    sim.host(
        "n",
        () -> {
          sleep(5);
          done.add("done");
        });
    clock.advance(60);
    assertThat(done).containsExactly("done");
  }

  @AsyncTest
  void testThatIsNotSimulated_isToldSo(TestScope scope) {
    assertThatIllegalStateException()
        .isThrownBy(scope::simulation)
        .withMessageContaining("take a Simulation as a parameter of an @Explore test");
  }
}
