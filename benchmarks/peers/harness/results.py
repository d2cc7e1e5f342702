"""Samples become a result: which of them count, and whether they say something.

A sample is quiet if others left the processors alone meanwhile, and the machine was as fast as at
its best in this run. A result is kept if so many quiet samples in a row as there are rounds are
close to one another. The first such row is taken. Whatever is not kept is measured again, as long
as there may be rounds, and is no figure in the end: pages show it grey and judge nothing by it.
"""
import json
import os
import statistics
from typing import NamedTuple

QUIET = 0.15  # fewer cores for others, and less slowdown than this share
SPREAD = 0.25  # the range of a kept result, as a share of its median
FEWEST = 3  # samples of a kept result

NAMES = ("peer", "workload", "unit")
RANGES = ("cpu_us", "heap")  # have a range beside that of the value


class Sample(NamedTuple):
    """What one process printed, and what the machine did meanwhile."""

    line: dict
    foreign: float
    slowdown: float

    @property
    def noise(self):
        return max(self.foreign, self.slowdown)

    @property
    def is_quiet(self):
        return self.noise < QUIET


def figure(line):
    """The name of the number that is compared: a server's processor time, else the value."""
    return "cpu_us" if "cpu_us" in line else "value"


def spread(samples):
    numbers = [s.line[figure(s.line)] for s in samples]
    middle = statistics.median(numbers)
    return (max(numbers) - min(numbers)) / middle if middle else 0.0


def select(samples, wanted):
    """(samples that count, whether they are kept)."""
    quiet = [s for s in samples if s.is_quiet]
    for i in range(len(quiet) - wanted + 1):
        row = quiet[i:i + wanted]
        if wanted >= FEWEST and spread(row) <= SPREAD:
            return row, True
    if len(quiet) >= FEWEST:
        return quiet, False
    return sorted(samples, key=lambda s: s.noise)[:FEWEST], False


def digits(number):
    return float(f"{number:.4g}")


def merge(samples, wanted):
    """The result of samples of one workload on one peer: medians, and whether they are kept."""
    used, kept = select(samples, wanted)
    first = used[0].line
    result = {name: first[name] for name in NAMES}
    for name, example in first.items():
        if name in NAMES or not isinstance(example, (int, float)):
            continue
        numbers = [s.line[name] for s in used if isinstance(s.line.get(name), (int, float))]
        result[name] = digits(statistics.median(numbers))
        if name == "value" or name in RANGES:
            prefix = "" if name == "value" else name + "_"
            result[prefix + "min"] = digits(min(numbers))
            result[prefix + "max"] = digits(max(numbers))
    return {
        **result,
        "n": len(used),
        "spread": round(spread(used), 3),
        "foreign_cores": round(max(s.foreign for s in used), 2),
        "slowdown": round(max(s.slowdown for s in used), 2),
        "quiet": sum(s.is_quiet for s in samples),
        "samples": len(samples),
        "kept": kept,
    }


# ---- Files --------------------------------------------------------------------------------------

def append(path, results):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        for result in results:
            file.write(json.dumps(result) + "\n")


def read(paths):
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    result = json.loads(line)
                    found.append({"kept": False, "quick": False, **result})
                    result["workload"], result["peer"], result["value"]
                except (ValueError, KeyError, TypeError) as e:
                    raise ValueError(f"{path}:{number} is no line of results") from e
    return found


def latest(results):
    """By workload and peer: the newest result, or a kept one of the same commit and machine."""
    rows = {}
    for result in results:
        rows.setdefault((result["workload"], result["peer"]), []).append(result)

    def origin(result):
        return result.get("commit"), result.get("machine"), result["quick"]

    found = {}
    for key, row in rows.items():
        same = [r for r in row if origin(r) == origin(row[-1])]
        found[key] = next((r for r in reversed(same) if r["kept"]), row[-1])
    return found
