import unittest

from harness import targets
from harness.tests.support import by_key, result, served


def judged(latest, workload, figure=None, peer=None):
    """The one verdict at a workload that has this figure, and this peer for a bound."""
    found = [v for v in targets.verdicts(latest)
             if v.workload == workload and figure in (None, v.figure)
             and peer in (None, v.bound.peer)]
    assert len(found) == 1, found
    return found[0]


class TargetsTest(unittest.TestCase):
    def test_a_factor_of_a_peer(self):
        latest = by_key(result("switch", "jasyncio", 110.0),
                        result("switch", "floor-vt-custom", 100.0))
        verdict = judged(latest, "switch")
        self.assertEqual((targets.MET, 1.1), (verdict.state, round(verdict.ratio, 3)))
        self.assertEqual("≤ 1.1 × floor-vt-custom", verdict.bound.text)
        self.assertEqual((targets.MISSED, "≤ floor-vt-custom"),
                         (verdict.aim.state, verdict.aim.bound.text))

    def test_a_part_of_a_peer(self):
        latest = by_key(result("timers.task", "jasyncio", 3.1),
                        result("timers.task", "kotlin", 6.0))
        verdict = judged(latest, "timers.task")
        self.assertEqual((targets.MISSED, "≤ kotlin ÷ 2"), (verdict.state, verdict.bound.text))
        self.assertEqual("≤ kotlin ÷ 3", verdict.aim.bound.text)

    def test_a_limit_and_a_second_figure(self):
        latest = by_key(result("memory.1m", "jasyncio", 860.0, heap=639.0))
        self.assertEqual(targets.MISSED, judged(latest, "memory.1m", "value").state)
        self.assertEqual(targets.MET, judged(latest, "memory.1m", "heap").state)

    def test_each_shape_by_processor_time_against_each_peer(self):
        latest = by_key(served("echo-proto.1000x64", "jasyncio", 6.0),
                        served("echo-proto.1000x64", "netty-epoll", 7.0),
                        served("echo-proto.1000x64", "c-epoll", 5.4))
        self.assertEqual(targets.MET,
                         judged(latest, "echo-proto.1000x64", peer="netty-epoll").state)
        self.assertEqual(targets.MISSED,
                         judged(latest, "echo-proto.1000x64", peer="c-epoll").state)

    def test_another_workload_of_the_same_shape(self):
        latest = by_key(served("echo-stream.64x64", "jasyncio", 5.4),
                        served("echo-proto.64x64", "jasyncio", 5.0),
                        served("tls-stream.1x64", "jasyncio", 9.0),
                        served("tls-proto.1x64", "netty-nio", 9.0))
        stream = judged(latest, "echo-stream.64x64")
        self.assertEqual((targets.MET, "≤ 1.1 × jasyncio, echo-proto.64x64"),
                         (stream.state, stream.bound.text))
        self.assertEqual(targets.MISSED, judged(latest, "tls-stream.1x64").state)

    def test_nothing_is_judged_by_what_was_not_kept(self):
        for ours, theirs, who in ((False, True, "jasyncio"), (True, False, "kotlin")):
            latest = by_key(result("lock", "jasyncio", 80.0, kept=ours),
                            result("lock", "kotlin", 100.0, kept=theirs))
            verdict = judged(latest, "lock")
            self.assertEqual((targets.UNKNOWN, f"{who} did not keep its spread"),
                             (verdict.state, verdict.why))
            self.assertAlmostEqual(0.8, verdict.ratio)

    def test_nor_by_a_quick_run(self):
        latest = by_key(result("memory.1m", "jasyncio", 80.0, kept=False, quick=True))
        self.assertEqual((targets.UNKNOWN, "a quick run"),
                         judged(latest, "memory.1m", "value")[-3:-1])

    def test_nor_by_what_is_not_there(self):
        verdict = judged(by_key(result("lock", "jasyncio", 80.0)), "lock")
        self.assertEqual((targets.UNKNOWN, None, "kotlin was not measured"),
                         (verdict.state, verdict.ratio, verdict.why))

    def test_a_workload_that_was_not_measured_has_none(self):
        self.assertEqual([], targets.verdicts(by_key(result("lock", "kotlin", 80.0))))

    def test_every_target_names_workloads_and_peers_that_there_are(self):
        from harness.workloads import ALL, family
        for workload, _, bound, aim in targets.load():
            for one in filter(None, (bound, aim)):
                self.assertIn(family(workload), ALL)
                self.assertIn(family(one.workload), ALL)
                self.assertTrue(one.factor > 0)
