"""The command line."""
import argparse
import datetime
import os
import sys

from . import builds, machine, page, peers, results, rounds, tables
from .workloads import GROUPS, chosen

ABOUT = """\
Runs the same workloads on jasyncio and on its peers, in turn, and says how jasyncio stands to them.
What is noisy is run again; what stays noisy is no figure, and is told.
"""
EXAMPLES = """\
examples:
  compare                                      everything: some hours
  compare switch queue.1 --peer kotlin --peer jasyncio
  compare --quick --reps 1 --settle 0          does all still run? (no figures)
  compare --list                               the peers, and what is left out here, and why
  compare --peer-cmd other=OTHER/benchmarks/peer --peer jasyncio switch
  compare --table                              the results as Markdown
  compare --page page.html RESULTS.jsonl       the results as a page

Results are appended to benchmarks/target/compare/results/DATE.jsonl, unless --results or
BENCH_RESULTS names a file, and a page is written beside it. Environment:

  JAVA_HOME        the JDK to use, if it is 25 or newer
  BENCH_PYTHON     interpreters of CPython, separated by colons, in place of those that are found
  BENCH_JVM_OPTS   more options for all JVMs, separated by blanks

benchmarks/README.md has the workloads, the method, and how another peer is added.
"""


def main(arguments=None):
    options = parse(arguments)
    try:
        if options.table or options.page:
            return show(options)
        if sys.platform != "linux":
            return fail("needs Linux: it reads /proc, and the clocks of other processes")
        workloads = chosen(options.names)
        found, missing = peers.catalog(options.peer, options.peer_cmd)
    except (ValueError, OSError) as e:
        return fail(e)
    if options.list:
        return list_all(found, missing)
    return measure(options, workloads, found, missing)


def fail(what):
    print(f"compare: {what}", file=sys.stderr)
    return 2


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="compare", description=ABOUT, epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME",
        help="groups or workloads, by default all; with --table and --page files of results. "
             "Groups: " + ", ".join(GROUPS))
    add("--reps", type=positive, default=3, metavar="N",
        help="rounds, and quiet samples of a kept result (3; fewer keep nothing)")
    add("--max-reps", type=positive, metavar="N",
        help="rounds at most, for what was noisy (3 times --reps)")
    add("--peer", action="append", default=[], metavar="PART",
        help="only peers whose name begins with PART (repeatable)")
    add("--peer-cmd", action="append", default=[], type=named, metavar="NAME=COMMAND",
        help="one more peer (repeatable)")
    add("--quick", action="store_true", help="small sizes: sees whether all runs, not for figures")
    add("--settle", type=float, default=15, metavar="S",
        help="seconds to wait at most for a quiet machine before a run (15)")
    add("--results", default=os.environ.get("BENCH_RESULTS"), metavar="FILE",
        help="where results are appended, and read from")
    add("--list", action="store_true", help="peers that can run here, and what is left out")
    add("--table", action="store_true", help="print results as Markdown, and stop")
    add("--page", metavar="FILE", help="write results as a page, and stop")
    options = parser.parse_intermixed_args(arguments)
    if options.max_reps is None:
        may_keep = options.reps >= results.FEWEST and not options.quick
        options.max_reps = options.reps * (3 if may_keep else 1)
    if options.max_reps < options.reps:
        parser.error(f"--max-reps is at least as many as --reps, {options.reps}")
    today = datetime.date.today().isoformat()
    options.results = options.results or os.path.join(builds.TARGET, "results", today + ".jsonl")
    return options


def positive(text):
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def named(text):
    name, equals, command = text.partition("=")
    if not (name and equals and command.strip()):
        raise argparse.ArgumentTypeError(f"is NAME=COMMAND, not {text!r}")
    return name, command


def show(options):
    """Results that are there, as Markdown or as a page."""
    rows = results.read(options.names or [options.results])
    if not rows:
        raise ValueError("there are no results in these files")
    if options.page:
        write_page(options.page, rows)
    else:
        latest = results.latest(rows)
        print(tables.tables(latest) + "\n\n" + tables.verdicts(latest))
    return 0


def write_page(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        file.write(page.page(rows))


def list_all(found, missing):
    for peer in found:
        runs = "what it accepts" if peer.runs is None else " ".join(sorted(peer.runs))
        print(f"{peer.name}: {runs}")
    tell(missing)
    return 0


def tell(missing):
    """Peers that are left out, together where the reason is the same."""
    reasons = {}
    for peer in missing:
        reasons.setdefault(peer.why, []).append(peer.name)
    for why, names in reasons.items():
        print(f"compare: left out: {', '.join(names)}: {why}", file=sys.stderr)


def measure(options, workloads, found, missing):
    for workload, why in peers.unmeasurable(workloads):
        print(f"compare: left out: {workload}: {why}", file=sys.stderr)
        workloads.remove(workload)
    jobs, failed = rounds.prepared(workloads, found)
    tell(missing + failed)
    if not jobs:
        return fail("none of these peers runs any of these workloads")
    if len(machine.cores()) < 2:
        print("compare: servers and their client share the one core", file=sys.stderr)
    running = rounds.Rounds(jobs, options.reps, options.max_reps, options.settle, options.quick)
    running.run()
    new = running.results()
    results.append(options.results, new)
    report(options.results, new)
    return 0


def report(path, new):
    """Says what came of a run."""
    rows = results.read([path])
    beside = os.path.splitext(path)[0] + ".html"
    write_page(beside, rows)
    print(tables.verdicts(results.latest(new)))
    loose = [f"{r['workload']} on {r['peer']}" for r in new if not r["kept"]]
    if loose and not new[0]["quick"]:
        print(f"\nNo figures, as they did not keep their spread: {', '.join(loose)}.")
    print(f"\n{len(new)} results appended to {path}; the page is {beside}")
