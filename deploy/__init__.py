"""Putting the services on a machine."""
