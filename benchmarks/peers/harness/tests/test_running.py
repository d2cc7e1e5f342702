import sys
import unittest
from unittest import mock

from harness import running
from harness.peers import Peer


@unittest.skipUnless(sys.platform == "linux", "measures on Linux only")
class RunningTest(unittest.TestCase):
    """A peer that is a line of Python."""

    def run_peer(self, code, workload="switch"):
        return running.loop(Peer("p", [sys.executable, "-c", code]), workload, True)

    def test_its_result_has_the_name_by_which_it_was_asked(self):
        code = "import sys; print('noise'); print('{\"value\": 1.5, \"unit\": \"ns\", \"cpu\": 2}')"
        self.assertEqual([{"peer": "p", "workload": "switch.1core", "value": 1.5, "unit": "ns",
                           "cpu": 2}], self.run_peer(code, "switch.1core"))

    def test_what_it_does_not_support_it_says(self):
        with self.assertRaisesRegex(running.Unsupported, "no such"):
            self.run_peer("import sys; print('no such', file=sys.stderr); sys.exit(64)")

    def test_what_it_fails_with_is_told(self):
        with self.assertRaisesRegex(running.Failed, "p switch ended with status 3: oh"):
            self.run_peer("import sys; print('oh', file=sys.stderr); sys.exit(3)")

    def test_what_is_no_result_is_told(self):
        for code, what in (("pass", "printed no result"),
                           ("print('{}')", "printed what is no result"),
                           ("print('{')", "printed what is no result")):
            with self.assertRaisesRegex(running.Failed, what):
                self.run_peer(code)

    def test_a_server_that_ends_is_told(self):
        peer = Peer("p", [sys.executable, "-c", "import sys; sys.exit('no port')"])
        with self.assertRaisesRegex(running.Failed, "serve http ended with status 1: no port"):
            running.Server(peer, "http")

    def test_latency_is_taken_at_parts_of_what_the_peer_can(self):
        asked = []

        class Server:
            peer = Peer("p", [], ["echo-stream"])

        def client(_self, what, connections, size, _warm_up, _seconds, *rate):
            asked.append((what, connections, size, *rate))
            return {"ops": 10**6, "ops_s": 1000.0, "p50_us": 1, "p99_us": 2, "p999_us": 3,
                    "max_us": 4, "server_load": 0.5, "rss_mb": 6}
        with mock.patch.object(running.Load, "client", client):
            found = running.Load(Server, True).latency()
        self.assertEqual([("open", 64, 64, r) for r in ("500", "700", "900")], asked[2:])
        self.assertEqual([("latency.50", 2, 500.0), ("latency.70", 2, 700.0),
                          ("latency.90", 2, 900.0)],
                         [(line["workload"], line["value"], line["rate"]) for line in found])
        self.assertEqual("echo-stream", running.kind_of(Server.peer, "latency"))
        self.assertEqual("echo-proto", running.kind_of(Peer("p", [], ["latency"]), "latency"))

    def test_times_of_wrk_are_microseconds(self):
        self.assertEqual([12.5, 1500.0, 2e6],
                         [running.micros(t) for t in ("12.50us", "1.50ms", "2.00s")])
