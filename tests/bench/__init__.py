"""Measurements: each module has `run()`, whose rows say what was measured against what bar."""
