"""Results as one page: no script, nothing fetched, bars as inline SVG."""
import html
import os

from . import results, targets, text
from .peers import OURS
from .workloads import family, order, sentence

CUT = 6  # bars longer than so many times ours are cut, and marked


def page(rows):
    latest = results.latest(rows)
    judged = targets.verdicts(latest)
    names = sorted({w for w, _ in latest}, key=order)
    body = "".join([header(latest), summary(judged), *(section(n, latest, judged) for n in names)])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>jasyncio beside its peers</title>\n<style>\n{style()}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def style():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "page.css"), encoding="utf-8") as file:
        return file.read()


def esc(value):
    return html.escape(str(value))


# ---- What it is of ------------------------------------------------------------------------------

def header(latest):
    rows = latest.values()
    facts = [
        ("Commit", distinct(r.get("commit") for r in rows)),
        ("Date", distinct(r.get("date") for r in rows)),
        ("Machine", distinct(machine(r.get("machine") or {}) for r in rows)),
        ("JDK", distinct((r.get("machine") or {}).get("jdk") for r in rows)),
    ]
    loose = sum(not r["kept"] for r in rows)
    listed = "".join(f"<dt>{name}</dt><dd>{esc(value)}</dd>" for name, value in facts)
    return (
        "<h1>jasyncio beside its peers</h1>\n"
        "<p>Less is better everywhere. A bar is the median of the samples, the thin line over its "
        "end their range. Bars are sorted by value. What is grey and dashed did not keep its "
        "spread, or was not measured on a quiet machine: it is no figure, and nothing is judged "
        f"by it. {len(rows) - loose:,} of {len(rows):,} results kept theirs.</p>\n"
        f"<dl>{listed}</dl>\n" + quick(rows)
    )


def quick(rows):
    if not any(r["quick"] for r in rows):
        return ""
    return '<p class="warning">From a quick run, which only sees whether all still runs.</p>\n'


def machine(about):
    if not about:
        return None
    return f"{about['cores']} cores of {about['processor']}, Linux {about['kernel']}"


def distinct(values):
    return "; ".join(dict.fromkeys(str(v) for v in values if v)) or "not known"


# ---- Targets ------------------------------------------------------------------------------------

def summary(judged):
    if not judged:
        return '<p class="warning">No target is of these results.</p>\n'
    count = {s: sum(v.state == s for v in judged)
             for s in (targets.MET, targets.MISSED, targets.UNKNOWN)}
    said = ", ".join(f"{n} {state}" for state, n in count.items())
    rows = "".join(summary_row(v) for v in judged)
    return (
        f"<h2>Targets: {said}</h2>\n"
        '<table>\n<thead><tr><th>Workload</th><th>Verdict</th><th class="n">jasyncio</th>'
        '<th class="n">Ratio</th><th>Target</th><th>Aim</th></tr></thead>\n'
        f"<tbody>\n{rows}</tbody>\n</table>\n"
    )


def summary_row(v):
    name = v.workload + (" heap" if v.figure == "heap" else "")
    aim = f"{esc(v.aim.bound.text)}: {state(v.aim)}" if v.aim else ""
    return (
        f'<tr><td><a href="#{esc(v.workload)}">{esc(name)}</a></td><td>{state(v)}</td>'
        f'<td class="n">{text.short(v.ours)}</td><td class="n">{ratio(v)}</td>'
        f'<td>{esc(v.bound.text)}</td><td class="aim">{aim}</td></tr>\n'
    )


def ratio(v):
    return "" if v.ratio is None else f"{v.ratio:.2f}"


CLASSES = {targets.MET: "met", targets.MISSED: "missed", targets.UNKNOWN: "unknown"}


def state(v):
    why = f' title="{esc(v.why)}"' if v.why else ""
    return f'<b class="{CLASSES[v.state]}"{why}>{v.state}</b>'


def sentences(judged):
    """The verdicts at a workload: all in one type size."""
    found = []
    for v in judged:
        of = esc(v.bound.peer) if v.bound.peer else "the limit"
        times = "" if v.ratio is None else f"{ratio(v)} × {of}; "
        what = " heap" if v.figure == "heap" else ""
        why = f": {esc(v.why)}" if v.why else ""
        aim = f"; aim {esc(v.aim.bound.text)}: {state(v.aim)}" if v.aim else ""
        found.append(f'<p class="verdict">{times}target{what} {esc(v.bound.text)}: {state(v)}{why}'
                     f"{aim}</p>\n")
    return "".join(found)


# ---- A workload ---------------------------------------------------------------------------------

def section(name, latest, judged):
    rows = [r for (w, _), r in latest.items() if w == name]
    charts = chart(rows, results.figure(rows[0]), "")
    if family(name).startswith("memory"):
        charts += chart([r for r in rows if "heap" in r], "heap", "heap")
    mine = [v for v in judged if v.workload == name]
    return (f'<section id="{esc(name)}">\n<h2>{esc(name)}</h2>\n<p>{esc(sentence(name))}</p>\n'
            f"{sentences(mine)}{charts}</section>\n")


def chart(rows, name, figure):
    rows = sorted((r for r in rows if name in r), key=lambda r: r[name])
    if not rows:
        return ""
    scale = longest(rows, name)
    bars = "".join(bar(r, name, scale) for r in rows)
    return f"<h3>{esc(text.unit(rows[0], figure))}</h3>\n<ul>\n{bars}</ul>\n"


def longest(rows, name):
    """What a bar of full length stands for."""
    most = max(r[name] for r in rows)
    ours = next((r[name] for r in rows if r["peer"] == OURS), None)
    return min(most, CUT * ours) if ours else most


def bar(r, name, scale):
    classes = ["ours"] if r["peer"] == OURS else []
    classes += [] if r["kept"] else ["loose"]
    said = text.short(r[name]) + text.half_range(r, name)
    more = [] if r["kept"] else [loose(r)]
    if name != "heap" and text.beside(r):
        more.append(text.beside(r))
    return (
        f'<li class="{" ".join(classes)}"><span class="peer">{esc(r["peer"])}</span>'
        f"{svg(r, name, scale)}"
        f'<span class="value">{esc(said)}</span>'
        f'<span class="more">{esc("; ".join(more))}</span></li>\n'
    )


def loose(r):
    if r["quick"]:
        return "a quick run"
    return (f"did not keep its spread: range {text.percent(r.get('spread', 0))} of the median, "
            f"{r.get('quiet', 0)} of {r.get('samples', '?')} samples quiet")


def svg(r, name, scale):
    """A bar with its range; what is cut ends in two gaps."""
    prefix = "" if name == "value" else name + "_"
    share = 98 / scale if scale else 0  # percent: some room for the ends of ranges
    length = max(0.4, r[name] * share)
    cut = length > 98.5
    parts = [f'<rect class="bar" y="3" height="12" width="{min(length, 98):.2f}%"/>']
    if cut:
        parts += [f'<rect class="gap" x="{x}%" y="1" height="16" width="3"/>' for x in (92, 94)]
    low, high = r.get(prefix + "min"), r.get(prefix + "max")
    if low is not None and not cut:
        parts.append(whisker(low * share, min(high * share, 100)))
    label = f'{r["peer"]}: {text.short(r[name])}' + (", cut" if cut else "")
    return (f'<svg role="img" aria-label="{esc(label)}" height="18" width="100%">'
            + "".join(parts) + "</svg>")


def whisker(low, high):
    ends = "".join(f'<line x1="{x:.2f}%" x2="{x:.2f}%" y1="5" y2="13"/>' for x in (low, high))
    return f'<g class="range"><line x1="{low:.2f}%" x2="{high:.2f}%" y1="9" y2="9"/>{ends}</g>'
