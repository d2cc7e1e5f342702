import unittest
from unittest import mock

from harness import peers, tools
from harness.peers import Missing, Peer


class CatalogTest(unittest.TestCase):
    def catalog(self, found, *commands, parts=()):
        groups = {"jasyncio": found, "python": [], "jvm": [], "c": []}
        with mock.patch.multiple(peers, **{k: (lambda v=v: v) for k, v in groups.items()}):
            return peers.catalog(parts, commands)

    def test_peers_are_chosen_by_how_their_names_begin(self):
        all_of = [Peer("jasyncio", []), Peer("asyncio-3.11", []), Missing("asyncio-3.13", "why")]
        found, missing = self.catalog(all_of, ("mine", "a 'b c'"), parts=["asyncio"])
        self.assertEqual(["asyncio-3.11", "mine"], [p.name for p in found])
        self.assertEqual(["asyncio-3.13"], [p.name for p in missing])
        self.assertEqual(["a", "b c"], found[1].command)

    def test_a_name_is_of_one_peer(self):
        with self.assertRaisesRegex(ValueError, "two peers are called kotlin"):
            self.catalog([Peer("kotlin", [])], ("kotlin", "x"))

    def test_what_is_not_here_is_left_out_with_what_to_do(self):
        with mock.patch.object(tools, "pythons", lambda: []):
            why = {p.name: p.why for p in peers.python()}
        self.assertIn("name it by BENCH_PYTHON", why["asyncio-3.13"])
        self.assertIn("there is no Python 3.11", why["uvloop"])
        with mock.patch.object(tools, "java_home", lambda: None):
            self.assertIn("set JAVA_HOME", peers.jasyncio()[0].why)
            self.assertIn("set JAVA_HOME", peers.jvm()[0].why)

    def test_a_library_is_left_out_where_no_interpreter_has_it(self):
        python = tools.Python("/python", (3, 13), {"trio"})
        with mock.patch.object(tools, "pythons", lambda: [python]):
            found = {p.name: p for p in peers.python()}
        self.assertIsInstance(found["trio"], Peer)
        self.assertIn("pip install uvloop", found["uvloop"].why)
        self.assertEqual({"asyncio-3.13", "asyncio-3.13-eager", "trio"},
                         {name for name, p in found.items() if isinstance(p, Peer)})


class LoadTest(unittest.TestCase):
    def unmeasurable(self, *missing, compiler=True):
        with mock.patch.object(tools, "can_compile_c", lambda: compiler), \
                mock.patch.object(tools, "missing", lambda *p: [x for x in p if x in missing]):
            return [w for w, _ in peers.unmeasurable(
                ["switch", "startup", "echo-proto", "tls-proto", "http"])]

    def test_what_cannot_be_loaded_is_left_out(self):
        self.assertEqual([], self.unmeasurable())
        self.assertEqual(["http"], self.unmeasurable("wrk"))
        self.assertEqual(["tls-proto"], self.unmeasurable("openssl"))
        self.assertEqual(["echo-proto", "tls-proto", "http"], self.unmeasurable(compiler=False))


class PeerTest(unittest.TestCase):
    def test_whoever_echoes_has_a_latency(self):
        for runs, can in ((["echo-proto"], True), (["echo-stream", "http"], True),
                          (["latency"], True), (["http"], False)):
            self.assertEqual(can, Peer("p", [], runs).can("latency"), runs)

    def test_it_can_do_on_one_core_what_it_can_do(self):
        peer = Peer("p", [], ["switch", "echo-proto"])
        self.assertTrue(peer.can("switch.1core"))
        self.assertTrue(peer.can("churn-proto"))
        self.assertFalse(peer.can("lock"))
        self.assertTrue(Peer("p", []).can("lock"))
