"""审批: documents, opinions, evaluation, consent, reply, changes."""
