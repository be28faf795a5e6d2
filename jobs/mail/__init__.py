"""From template to letter to message; the outbox and its transports."""
