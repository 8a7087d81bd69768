"""Which rule is held by which check: docs/rules.md read, and compared with the tests."""
