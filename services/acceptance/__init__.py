"""验收: completion, trial run, handover, extension, acceptance."""
