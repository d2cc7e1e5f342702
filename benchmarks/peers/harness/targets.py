"""The targets in targets.json, and how results stand to them.

A target names a workload (`echo-proto.*`: each shape of it), a figure if it is not the one that is
compared anyway, and what it is to be at most: a limit, or what a peer has, times a factor or by a
divisor, `on` another workload if that says so. An aim is beyond the target, of the same form.
"""
import json
import os
from typing import NamedTuple, Optional

from . import results
from .peers import OURS
from .workloads import SHAPES

MET, MISSED, UNKNOWN = "met", "MISSED", "no verdict"


class Bound(NamedTuple):
    """A limit, or a factor of another result; named as a reader would."""

    text: str
    peer: Optional[str]
    workload: str
    factor: float

    def of(self, name, latest):
        """What the bound is in the figure's unit, or None, and the result of which it is one."""
        if not self.peer:
            return self.factor, None
        other = latest.get((self.workload, self.peer))
        theirs = other and number(other, name)
        return (None, None) if theirs is None else (self.factor * theirs, other)


class Verdict(NamedTuple):
    """A target, and what became of it."""

    workload: str
    figure: str
    bound: Bound
    ours: Optional[float]
    theirs: Optional[float]  # what the bound is a factor of, or the limit
    ratio: Optional[float]
    state: str
    why: str  # there is no verdict
    aim: Optional["Verdict"] = None


def load(path=os.path.join(os.path.dirname(os.path.abspath(__file__)), "targets.json")):
    """All targets, one for each shape: (workload, figure or None, bound, aim or None)."""
    with open(path, encoding="utf-8") as file:
        rows = json.load(file)
    found = []
    for row in rows:
        for workload in shaped(row["workload"]):
            bound, aim = (row.get(key) and read(row[key], workload) for key in ("at_most", "aim"))
            found.append((workload, row.get("figure"), bound, aim))
    return found


def shaped(workload):
    if not workload.endswith(".*"):
        return [workload]
    return [f"{workload[:-1]}{connections}x{size}" for connections, size in SHAPES]


def read(bound, workload):
    if "limit" in bound:
        return Bound(f"≤ {bound['limit']:g}", None, workload, bound["limit"])
    on = bound.get("on")
    other = workload if not on else on.replace("*", workload.partition(".")[2])
    who = bound["peer"] + (f", {other}" if on else "")
    factor = bound.get("factor", 1) / bound.get("divisor", 1)
    text = who
    if "divisor" in bound:
        text = f"{who} ÷ {bound['divisor']:g}"
    elif factor != 1:
        text = f"{bound['factor']:g} × {who}"
    return Bound("≤ " + text, bound["peer"], other, factor)


def number(result, name):
    return result.get(name or results.figure(result))


def judge(target, latest):
    """How the latest results stand to a target."""
    workload, name, bound, aim = target
    ours = latest.get((workload, OURS))
    if aim:
        aim = compare(workload, name, aim, ours, latest)
    return compare(workload, name, bound, ours, latest)._replace(aim=aim)


def compare(workload, name, bound, ours, latest):
    mine = ours and number(ours, name)
    most, other = bound.of(name, latest)
    theirs = most if not bound.peer or most is None else most / bound.factor
    ratio = mine / theirs if mine is not None and theirs else None
    why = reason(mine, most, bound, [ours, other])
    state = UNKNOWN if why else MET if mine <= most else MISSED
    figure = name or (results.figure(ours) if ours else "value")
    return Verdict(workload, figure, bound, mine, theirs, ratio, state, why)


def reason(mine, most, bound, sides):
    """Why there is no verdict, or nothing."""
    if mine is None:
        return f"{OURS} was not measured"
    if most is None:
        return f"{bound.peer} was not measured"
    for side in filter(None, sides):
        if not side["kept"]:
            return "a quick run" if side["quick"] else f"{side['peer']} did not keep its spread"
    return ""


def verdicts(latest):
    """All of those for which there is a result of ours."""
    judged = [judge(target, latest) for target in load()]
    return [v for v in judged if v.ours is not None]
