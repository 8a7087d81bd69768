"""Schemathesis with six callers, each against a local stack of its own, two at a time:
`python -m tests.fuzz [--requests N] [--seed N]`. See over_http.py.
"""

import argparse
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import ceil

from local.demo.stack_process import running_stack
from tests.fuzz.over_http import CALLERS, Fuzzed, fuzz, routes

AT_ONCE = 2
MARGIN = 1.05
"""Of some routes there are fewer strange requests than are wanted."""


def main() -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000, help="at least so many in all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    each = ceil(MARGIN * options.requests / (len(CALLERS) * routes()))
    answered: Counter[tuple[str, int]] = Counter()
    found = []
    asked = partial(_asked, each=each, seed=options.seed)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for caller, done in zip(CALLERS, pool.map(asked, CALLERS), strict=True):
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


def _asked(caller: str, each: int, seed: int) -> Fuzzed:
    with running_stack() as url:
        return fuzz(url, [caller], each, seed)


if __name__ == "__main__":
    sys.exit(main())
