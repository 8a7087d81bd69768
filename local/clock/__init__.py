"""The stack's time, and how it is moved."""
