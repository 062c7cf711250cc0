"""Tests of how the services are put on a machine."""
