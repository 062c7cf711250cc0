"""Files kept under their digests."""
