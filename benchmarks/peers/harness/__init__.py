"""Runs the same workloads on jasyncio and its peers; see benchmarks/README.md."""
