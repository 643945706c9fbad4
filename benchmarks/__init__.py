"""What JiNi costs beside what the machine could do: one file per workload, see `python -m benchmarks`."""
