"""Results as Markdown."""
from . import results, targets, text
from .workloads import GROUPS, family, order


def verdicts(latest):
    """Ours beside the targets."""
    rows = ["| workload | jasyncio | target | ratio | verdict | aim |", "| --- " * 6 + "|"]
    for v in targets.verdicts(latest):
        ratio = "" if v.ratio is None else f"{v.ratio:.2f}"
        state = f"{v.state}: {v.why}" if v.why else v.state
        aim = f"{v.aim.bound.text}: {v.aim.state}" if v.aim else ""
        name = v.workload + (" heap" if v.figure == "heap" else "")
        cells = [name, text.short(v.ours), v.bound.text, ratio, state, aim]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows) if len(rows) > 2 else "No target is of these results."


def tables(latest):
    """A table for some groups at a time: a row for each peer, and ~ before what was not kept."""
    groups = list(GROUPS)
    found = []
    for some in (groups[:4], groups[4:8], *([g] for g in groups[8:])):
        kinds = sum((GROUPS[g] for g in some), [])
        for part in ([[k] for k in kinds] if some[0] in ("echo", "tls_echo") else [kinds]):
            names = sorted({w for w, _ in latest if family(w) in part}, key=order)
            if names:
                found.append(table(names, latest))
    return "\n\n".join(found)


def table(names, latest):
    def head(name):
        result = next(r for (w, _), r in latest.items() if w == name)
        return f"{name}, {text.unit(result)}"

    rows = ["| peer | " + " | ".join(map(head, names)) + " |", "| --- " * (len(names) + 1) + "|"]
    for peer in sorted({p for w, p in latest if w in names}):
        rows.append(f"| {peer} | " + " | ".join(cell(latest.get((w, peer))) for w in names) + " |")
    return "\n".join(rows)


def cell(result):
    if result is None:
        return ""
    name = results.figure(result)
    more = text.beside(result)
    mark = "" if result["kept"] else "~"
    return (mark + text.short(result[name]) + text.half_range(result, name)
            + (f" ({more})" if more else ""))
