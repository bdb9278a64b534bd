"""Reads and runs the queries of ``infra/queries`` in tests; see ``run.js``."""
