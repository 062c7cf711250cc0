"""附件: the bytes of the documents that events reference, kept under their digests."""
