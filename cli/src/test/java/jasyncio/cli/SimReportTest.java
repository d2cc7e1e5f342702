package jasyncio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimReportTest {
  private final SimReport report =
      new SimReport(
          new SimTarget("T.java", "", List.of("T"), List.of(), Path.of("sim-corpus"), null));

  private static JsonObject json(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private static JsonObject standing(int runs, int failed, String properties) {
    return json(
        "{'tests': [{'test': 'T.t', 'runs': %d, 'failed': %d, 'over': null, 'properties': %s}]}"
            .formatted(runs, failed, properties));
  }

  private static JsonObject found(String state, String kind) {
    return json(
        "{'event': 'found', 'test': 'T.t', 'state': '%s', 'replay': 'j1:A', 'kind': '%s',"
                .formatted(state, kind)
            + "'deviations': [], 'message': 'it failed', 'deterministic': true, 'trace': null}");
  }

  @Test
  void property_thatHeldInOneJob_hasHeld() {
    report.standing(0, standing(10, 0, "{'a': true, 'b': false, 'c': false}"));
    report.standing(1, standing(10, 0, "{'a': false, 'b': false, 'c': true}"));
    assertThat(report.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(report.summary(1, 2))
        .contains("\nT.t: b was so in no run; more of them, ")
        .startsWith("\n20 runs (20/s) of 1 test in 1.0 s, 2 jobs\n");
    report.standing(1, standing(11, 0, "{'b': true, 'c': true}"));
    assertThat(report.status()).isEqualTo(ExitStatus.OK);
    assertThat(report.summary(1, 2)).endsWith("\nno failures");
  }

  @Test
  void property_whereAllRunsFailed_isNotMissed() {
    report.standing(0, standing(1, 1, "{'a': false}"));
    assertThat(report.status()).isEqualTo(ExitStatus.OK);
  }

  @Test
  void failure_ofTwoJobs_isToldOnce() {
    assertThat(report.found(found("new", "x")))
        .isEqualTo("\nnew failure: it failed\n  again:   jasyncio sim --replay j1:A T.java#t");
    assertThat(report.found(found("new", "x"))).isEmpty();
    assertThat(report.found(found("new", "y"))).isNotEmpty();
    assertThat(report.failures()).isEqualTo(2);
  }

  @Test
  void fixed_isNoFailure() {
    assertThat(report.found(found("fixed", "x"))).isEqualTo("fixed: it failed");
    assertThat(report.status()).isEqualTo(ExitStatus.OK);
    assertThat(report.summary(1, 1)).endsWith("\nno failures; 1 fixed");
  }

  @Test
  void regression_isToldWhole() {
    assertThat(report.found(found("regression", "x")))
        .startsWith("\nit was fixed, and fails again: it failed\n");
    assertThat(report.summary(1, 1))
        .contains("\n1 failure: 1 regression\n  regression  jasyncio sim --replay j1:A T.java#t");
  }

  @Test
  void problem_isAFailure() {
    report.problem("a job ended by itself");
    assertThat(report.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(report.json(1, 1, false).getAsJsonArray("problems")).hasSize(1);
  }
}
