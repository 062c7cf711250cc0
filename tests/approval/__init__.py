"""Tests of the approval service."""
