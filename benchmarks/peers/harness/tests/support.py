"""Results as the tests need them."""


def result(workload, peer, value, **more):
    """A line of a results file."""
    return {
        "date": "2026-11-30", "commit": "0123456789", "quick": False,
        "machine": {"cores": 2, "processor": "X", "kernel": "6.1", "jdk": "25.0.3"},
        "peer": peer, "workload": workload, "value": value, "unit": "ns/switch",
        "min": value, "max": value, "n": 3, "spread": 0.0, "foreign_cores": 0.0,
        "slowdown": 0.0, "quiet": 3, "samples": 3, "kept": True, **more,
    }


def served(workload, peer, cpu_us, **more):
    """That of a server."""
    return result(workload, peer, 100_000.0, unit="req/s", cpu_us=cpu_us, cpu_us_min=cpu_us,
                  cpu_us_max=cpu_us, p99_us=700, rss_mb=50.0, **more)


def by_key(*results):
    return {(r["workload"], r["peer"]): r for r in results}
