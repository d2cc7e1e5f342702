import os
import tempfile
import unittest

from harness import results
from harness.results import Sample
from harness.tests.support import result


def sample(value, foreign=0.0, slowdown=0.0, **more):
    line = {"peer": "p", "workload": "switch", "value": value, "unit": "ns/switch", **more}
    return Sample(line, foreign, slowdown)


class MergeTest(unittest.TestCase):
    def test_median_range_and_spread_are_of_the_quiet_samples(self):
        samples = [sample(10.0), sample(900.0, foreign=1.2), sample(11.0), sample(12.0)]
        merged = results.merge(samples, 3)
        self.assertEqual((11.0, 10.0, 12.0), (merged["value"], merged["min"], merged["max"]))
        self.assertEqual((3, 0.182), (merged["n"], merged["spread"]))
        self.assertEqual((3, 4), (merged["quiet"], merged["samples"]))
        self.assertTrue(merged["kept"])

    def test_a_slow_machine_is_as_bad_as_a_busy_one(self):
        self.assertFalse(sample(1.0, slowdown=0.2).is_quiet)
        self.assertFalse(sample(1.0, foreign=0.2).is_quiet)
        self.assertTrue(sample(1.0, foreign=0.1, slowdown=0.1).is_quiet)

    def test_too_few_quiet_samples_are_not_kept(self):
        samples = [sample(10.0), sample(10.0), sample(10.0, foreign=0.5)]
        merged = results.merge(samples, 3)
        self.assertFalse(merged["kept"])
        self.assertEqual(0.5, merged["foreign_cores"])

    def test_samples_that_are_apart_are_not_kept(self):
        merged = results.merge([sample(10.0), sample(11.0), sample(13.0)], 3)
        self.assertFalse(merged["kept"])
        self.assertEqual(0.273, merged["spread"])

    def test_the_first_row_that_keeps_its_spread_is_taken(self):
        samples = [sample(v) for v in (20.0, 10.0, 10.5, 11.0, 30.0)]
        merged = results.merge(samples, 3)
        self.assertTrue(merged["kept"])
        self.assertEqual((10.5, 10.0, 11.0), (merged["value"], merged["min"], merged["max"]))

    def test_fewer_than_three_rounds_keep_nothing(self):
        self.assertFalse(results.merge([sample(10.0)], 1)["kept"])
        self.assertFalse(results.merge([sample(10.0), sample(10.0)], 2)["kept"])

    def test_of_noisy_samples_the_three_quietest_count(self):
        samples = [sample(float(v), foreign=v / 10) for v in (9, 2, 4, 3)]
        merged = results.merge(samples, 3)
        self.assertEqual((3.0, 0.4, False), (merged["value"], merged["foreign_cores"],
                                             merged["kept"]))

    def test_a_server_is_compared_by_processor_time(self):
        samples = [sample(v, cpu_us=c) for v, c in ((1e5, 5.0), (2e5, 5.1), (3e5, 5.2))]
        merged = results.merge(samples, 3)
        self.assertTrue(merged["kept"])
        self.assertEqual((5.0, 5.1, 5.2), (merged["cpu_us_min"], merged["cpu_us"],
                                           merged["cpu_us_max"]))

    def test_what_is_no_number_is_left_out(self):
        merged = results.merge([sample(1.0, note="x", p50_us=3), sample(1.0)], 3)
        self.assertNotIn("note", merged)
        self.assertEqual(3.0, merged["p50_us"])


class LatestTest(unittest.TestCase):
    def test_the_newest_counts(self):
        found = results.latest([result("switch", "p", 1.0), result("switch", "p", 2.0)])
        self.assertEqual(2.0, found["switch", "p"]["value"])

    def test_one_that_was_kept_counts_more_than_a_newer_one_of_the_same_commit(self):
        found = results.latest([result("switch", "p", 1.0),
                                result("switch", "p", 2.0, kept=False)])
        self.assertEqual(1.0, found["switch", "p"]["value"])

    def test_but_not_one_of_another_commit(self):
        found = results.latest([result("switch", "p", 1.0, commit="old"),
                                result("switch", "p", 2.0, kept=False)])
        self.assertEqual(2.0, found["switch", "p"]["value"])


class FileTest(unittest.TestCase):
    def test_results_are_read_as_they_were_written(self):
        rows = [result("switch", "p", 1.0), result("lock", "q", 2.0, kept=False)]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "new", "results.jsonl")
            results.append(path, rows[:1])
            results.append(path, rows[1:])
            self.assertEqual(rows, results.read([path]))

    def test_what_is_no_result_is_told_by_its_line(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "results.jsonl")
            results.append(path, [result("switch", "p", 1.0), {"peer": "p"}])
            with self.assertRaisesRegex(ValueError, "results.jsonl:2 is no line of results"):
                results.read([path])
