"""Schemathesis with six callers against a local stack: `python -m tests.fuzz [--requests N]
[--seed N]`. See over_http.py.
"""

import argparse
import sys
from collections import Counter

from local.demo.stack_process import running_stack
from tests.fuzz.over_http import CALLERS, fuzz, routes


def main() -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000, help="about so many in all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    each = max(1, options.requests // (len(CALLERS) * routes()))
    answered: Counter[tuple[str, int]] = Counter()
    found = []
    with running_stack() as url:
        for caller in CALLERS:
            done = fuzz(url, [caller], each, options.seed)
            answered += done.answered
            found += [] if done.clean else [caller]
            print("" if done.clean else done.said)
            print(f"{caller}: {done.answered.total()} requests, clean: {done.clean}", flush=True)
    by_status: Counter[int] = Counter()
    for (_, status), times in answered.items():
        by_status[status] += times
    served = {route for route, status in answered if status < 400}
    print(f"seed {options.seed}: {answered.total()} requests; {len(served)} of {routes()} routes")
    print("served somebody; by status", ", ".join(f"{s} {n}" for s, n in sorted(by_status.items())))
    print("findings: " + (", ".join(found) or "none"))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
