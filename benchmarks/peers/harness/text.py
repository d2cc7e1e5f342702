"""Numbers as they are read."""
UNITS = {
    "ns/switch": "ns a switch",
    "ns/task": "ns a task",
    "ns/chain": "ns a chain of calls",
    "ns/item": "ns an item",
    "ns/op": "ns an operation",
    "us-cpu/timer": "µs of processor time a timer",
    "ns/read": "ns a read",
    "us/MiB": "µs a MiB",
    "us-p99": "µs until 99 % are back, from when they were due",
    "us/process": "µs a process",
    "us/roundtrip": "µs there and back",
    "B-rss/task": "bytes a task, resident",
    "ms": "ms",
    "req/s": "requests a second",
    "conn/s": "connections a second",
}


def short(number):
    """Three digits, or whole."""
    if number >= 100_000:
        return f"{float(f'{number / 1000:.3g}'):,g}k"
    return f"{number:,.0f}" if number >= 100 else f"{float(f'{number:.3g}'):g}"


def percent(share):
    return f"{share * 100:.0f} %"


def unit(result, name=None):
    """The unit of the figure that is compared, or of a named one."""
    if name == "heap":
        return "bytes a task, of live heap"
    if "cpu_us" in result:
        what = "connection" if result["unit"] == "conn/s" else "request"
        return f"µs of the server's processor time a {what}"
    return UNITS.get(result["unit"], result["unit"])


def half_range(result, name):
    """± half of the range of the samples, in percent; nothing for a single one."""
    prefix = "" if name == "value" else name + "_"
    low, high = result.get(prefix + "min"), result.get(prefix + "max")
    if low is None or not result[name] or result.get("n", 0) < 2:
        return ""
    return f" ±{(high - low) / 2 / result[name] * 100:.0f}%"


def beside(result):
    """What else is known of a result, for who reads closely."""
    found = []
    if "cpu_us" in result:
        if "user_us" in result:
            found.append(f"{short(result['user_us'])} in user mode")
        found.append(f"{short(result['value'])}/s")
        if "p99_us" in result:
            found.append(f"99 % in {short(result['p99_us'])} µs")
        if result.get("rss_mb"):
            found.append(f"{result['rss_mb']:.0f} MB")
    if "p999_us" in result:
        found.append(f"50 % in {short(result['p50_us'])} µs, 99.9 % in {short(result['p999_us'])}, "
                     f"all in {short(result['max_us'])}; {short(result['rate'])}/s")
    for name, said in (("heap", "of heap"), ("cpu_ms", "of processor time"),
                       ("cpu", "of processor time")):
        number = result.get(name)
        if number is not None and (name == "heap" or differs(number, result["value"])):
            found.append(f"{short(number)} {said}")
    return ", ".join(found)


def differs(number, other):
    return other and abs(number / other - 1) > 0.1
