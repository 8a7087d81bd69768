"""`python -m tests.faults.replay NAME`: plays one history again and prints all of it, call by call,
and what it broke.
"""

import sys
from collections.abc import Sequence

from tests.faults.histories import play


def main(names: Sequence[str]) -> int:
    """Play the first of the names; 1 when it broke a rule."""
    outcome = play(names[0], traced=True)
    print(*outcome.trace, sep="\n")
    print(
        f"\n{outcome.name}: {len(outcome.sorts)} calls, faults "
        f"{', '.join(outcome.faults) or 'none'}"
    )
    for violation in outcome.violations:
        print(f"VIOLATION {violation.rule}: {violation.what}")
    return 1 if outcome.violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
