"""Tests of the event store, all on a real PostgreSQL."""
