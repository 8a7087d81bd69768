"""The local Lambda: how handlers are run, and what calls them beside HTTP."""
