"""Schemathesis' own doors into this fuzz; loaded by it, with its environment and no other."""

import schemathesis  # type: ignore[import-not-found]


@schemathesis.hook
def before_call(context, case, kwargs):  # type: ignore[no-untyped-def]
    """Nobody waits: what a request waits for is tested elsewhere, and would take the whole time."""
    if case.headers:
        for name in [name for name in case.headers if name.lower() == "prefer"]:
            del case.headers[name]
