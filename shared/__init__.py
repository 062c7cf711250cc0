"""What the services share: kernel, regulation, events, event store, web."""
