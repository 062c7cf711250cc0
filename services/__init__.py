"""The four services that decide, and the one that reads."""
