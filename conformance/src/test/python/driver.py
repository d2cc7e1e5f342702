"""Runs every scenario of a file: python driver.py loop.py

Prints a JSON object a line: name, rule, and output (a list of lines) or error.
"""

import contextlib
import importlib
import io
import json
import logging
import os
import pathlib
import signal
import sys
import textwrap
import traceback

sys.dont_write_bytecode = True

from harness import SCENARIOS, Overdue

TIMEOUT_SECONDS = 300  # only what hangs takes that long


def overdue(signum, frame):
    raise Overdue(f"not done after {TIMEOUT_SECONDS} s")


def run(scenario):
    if sys.version_info < scenario.since:
        return {"output": textwrap.dedent(scenario.expected).strip("\n").split("\n")}
    out = io.StringIO()
    signal.alarm(TIMEOUT_SECONDS)
    try:
        with contextlib.redirect_stdout(out):
            scenario.body()
        return {"output": out.getvalue().splitlines()}
    except BaseException:
        return {"output": out.getvalue().splitlines(), "error": traceback.format_exc()}
    finally:
        signal.alarm(0)


def main(path):
    signal.signal(signal.SIGALRM, overdue)
    logging.lastResort = None
    importlib.import_module(pathlib.Path(path).stem)
    for scenario in SCENARIOS:
        line = {"name": scenario.name, "rule": scenario.rule, **run(scenario)}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
    # Nothing that a scenario left behind may hold up the exit.
    sys.stdout.flush()
    os._exit(0)
