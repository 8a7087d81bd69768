"""The one-command local stack. Never deployed; nothing that is deployed knows of it."""
