import contextlib
import io
import json
import unittest
from unittest import mock

from harness import rounds, running
from harness.peers import Peer
from harness.rounds import Job, Rounds


class Quiet:
    """A machine on which nothing else goes on."""

    cores = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class RoundsTest(unittest.TestCase):
    """A peer that prints the values it is given, one for each time it is run."""

    def rounds(self, values, wanted=3, most=9, quick=False):
        given = iter(values)

        def run(peer, workload, quick):
            value = next(given)
            if isinstance(value, Exception):
                raise value
            return [{"peer": peer.name, "workload": workload, "value": value, "unit": "ns"}]

        made = Rounds([Job("switch", Peer("p", ["p"]))], wanted, most, 0, quick)
        made.reference.take = lambda of_servers: made.reference.best.setdefault(of_servers, 1.0)
        output = io.StringIO()
        with mock.patch.object(running, "run", run), \
                mock.patch.object(rounds.machine, "Meanwhile", Quiet), \
                mock.patch.object(rounds.machine, "commit", lambda: "c"), \
                contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            made.run()
            return made.results(), output.getvalue(), list(given)

    def test_what_keeps_its_spread_is_not_measured_again(self):
        (result,), _, left = self.rounds([10.0, 10.0, 11.0, 99.0])
        self.assertEqual((True, 10.0, [99.0]), (result["kept"], result["value"], left))
        json.dumps(result)

    def test_what_does_not_is(self):
        (result,), said, left = self.rounds([10.0, 20.0, 10.0, 10.0, 11.0, 99.0])
        self.assertEqual((True, [99.0]), (result["kept"], left))
        self.assertIn("round 4 for 1 that are not quiet enough", said)

    def test_until_the_rounds_are_over(self):
        (result,), _, left = self.rounds([1.0, 2.0] * 9, most=5)
        self.assertEqual((False, 13), (result["kept"], len(left)))

    def test_who_refuses_is_not_asked_again(self):
        found, said, left = self.rounds([running.Unsupported("no such"), 1.0])
        self.assertEqual(([], [1.0]), (found, left))
        self.assertIn("compare: p switch: left out: no such", said)

    def test_who_fails_is_tried_once_more(self):
        failed = running.Failed("ended with status 1")
        found, said, left = self.rounds([failed, failed, 1.0])
        self.assertEqual(([], [1.0], 2), (found, left, said.count("ended with status 1")))

    def test_a_quick_run_keeps_nothing(self):
        (result,), _, _ = self.rounds([10.0, 10.0, 10.0], quick=True)
        self.assertFalse(result["kept"])
