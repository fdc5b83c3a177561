"""The library beside its peers, in one process. ``python -m benchmarks [NAME ...]``."""
