import html.parser
import re
import unittest

from harness import page, tables
from harness.results import latest
from harness.tests.support import result, served

ROWS = [
    result("switch", "kotlin", 30.0),
    result("switch", "jasyncio", 130.0, min=125.0, max=135.0),
    result("switch", "floor-vt-custom", 100.0),
    result("switch", "asyncio-3.11", 5_000.0),
    result("switch", "jdk-vt", 160.0, kept=False, spread=0.98, quiet=2, samples=9),
    served("echo-proto.64x64", "jasyncio", 5.2),
    served("echo-proto.64x64", "netty-epoll", 6.0),
]


class Balance(html.parser.HTMLParser):
    """Sees that what is opened is closed, in order."""

    VOID = {"meta", "rect", "line"}

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


class PageTest(unittest.TestCase):
    def setUp(self):
        self.page = page.page(ROWS)

    def section(self, name):
        return re.search(rf'<section id="{re.escape(name)}">.*?</section>', self.page, re.S)[0]

    def test_it_is_well_formed_and_fetches_nothing(self):
        checked = Balance()
        checked.feed(self.page)
        self.assertEqual([], checked.open)
        self.assertNotRegex(self.page, r"<script|<link|<img|https?:|url\(|@import")

    def test_bars_are_sorted_by_value(self):
        peers = re.findall(r'class="peer">([^<]*)<', self.section("switch"))
        self.assertEqual(["kotlin", "floor-vt-custom", "jasyncio", "jdk-vt", "asyncio-3.11"],
                         peers)

    def test_ours_is_marked(self):
        self.assertEqual(1, self.section("switch").count('<li class="ours">'))

    def test_what_was_not_kept_is_grey_and_says_so(self):
        row = re.search(r'<li class="loose">.*?</li>', self.section("switch"), re.S)[0]
        self.assertIn("jdk-vt", row)
        self.assertIn("did not keep its spread: range 98 % of the median, 2 of 9 samples quiet",
                      row)

    def test_a_bar_that_would_be_too_long_is_cut_and_marked(self):
        bars = self.section("switch").split("<li")
        self.assertEqual(["asyncio-3.11"], [re.search('peer">([^<]*)', b)[1] for b in bars
                                            if 'class="gap"' in b])

    def test_a_loss_is_shown_as_a_win_is(self):
        missed = re.search(r'<p class="verdict">(.*)</p>', self.section("switch"))[1]
        self.assertEqual('1.30 × floor-vt-custom; target ≤ 1.1 × floor-vt-custom: '
                         '<b class="missed">MISSED</b>; aim ≤ floor-vt-custom: '
                         '<b class="missed">MISSED</b>', missed)
        met = re.search(r'<p class="verdict">(.*)</p>', self.section("echo-proto.64x64"))[1]
        self.assertEqual('0.87 × netty-epoll; target ≤ netty-epoll: <b class="met">met</b>', met)
        self.assertIn("<h2>Targets: 1 met, 1 MISSED, 1 no verdict</h2>", self.page)

    def test_what_others_have_named_is_text(self):
        rows = [result("switch", "<b>&", 1.0)]
        self.assertIn('<span class="peer">&lt;b&gt;&amp;</span>', page.page(rows))

    def test_a_quick_run_says_so(self):
        rows = [{**r, "quick": True, "kept": False} for r in ROWS]
        self.assertIn("From a quick run", page.page(rows))
        self.assertNotIn('class="met"', page.page(rows))


class TablesTest(unittest.TestCase):
    def test_rows_are_peers_and_what_was_not_kept_has_a_mark(self):
        text = tables.tables(latest(ROWS))
        self.assertIn("| peer | switch, ns a switch |", text)
        self.assertIn("| jasyncio | 130 ±4% |", text)
        self.assertIn("| jdk-vt | ~160 ±0% |", text)

    def test_verdicts(self):
        text = tables.verdicts(latest(ROWS))
        self.assertIn("| switch | 130 | ≤ 1.1 × floor-vt-custom | 1.30 | MISSED | "
                      "≤ floor-vt-custom: MISSED |", text)
