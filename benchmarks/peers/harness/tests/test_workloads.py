import unittest

from harness import workloads


class WorkloadsTest(unittest.TestCase):
    def test_each_has_a_sentence(self):
        for name in workloads.ALL:
            self.assertTrue(workloads.sentence(name), name)

    def test_groups_and_single_ones_are_chosen_once(self):
        self.assertEqual(["queue.1", "queue.1000", "switch.1core"],
                         workloads.chosen(["queue", "queue.1", "switch.1core"]))

    def test_what_there_is_not_is_told_with_what_there_is(self):
        with self.assertRaisesRegex(ValueError, "'swich'; groups: switch"):
            workloads.chosen(["swich"])

    def test_all_without_a_name(self):
        self.assertEqual(workloads.ALL, workloads.chosen([]))

    def test_names_with_a_shape_or_a_core(self):
        self.assertEqual("echo-proto", workloads.family("echo-proto.64x4096"))
        self.assertEqual("switch", workloads.family("switch.1core"))
        self.assertEqual("latency", workloads.family("latency.90"))
        self.assertIn("at 90 %", workloads.sentence("latency.90"))
        self.assertEqual("queue.1000", workloads.family("queue.1000"))
        self.assertEqual((1000, 64), workloads.shape("echo-proto.1000x64"))
        self.assertIsNone(workloads.shape("queue.1000"))

    def test_shapes_are_sorted_by_size_and_then_connections(self):
        names = ["echo-proto.64x4096", "switch", "echo-proto.1000x64", "echo-proto.1x64"]
        self.assertEqual(["switch", "echo-proto.1x64", "echo-proto.1000x64",
                          "echo-proto.64x4096"], sorted(names, key=workloads.order))
