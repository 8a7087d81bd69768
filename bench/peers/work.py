"""What the three steps do, the same for every player."""

import hashlib
import os

STEPS = (1, 2, 3)
LOG = "PEERS_STEPS_LOG"
"""Names the file that gets a line for every step that begins, where that is asked for."""
DIES_AT = "PEERS_DIES_AT"
"""Names the step at whose beginning the process is gone."""
KILLED = 9
_DIGESTS = 32


def result(run: int, step: int, before: str) -> str:
    """What a step of a run makes of the one before: 2,048 characters that no other step makes."""
    _note(run, step)
    digest, text = before, []
    for _ in range(_DIGESTS):
        digest = hashlib.sha256(f"{run}/{step}/{digest}".encode()).hexdigest()
        text.append(digest)
    return "".join(text)


def _note(run: int, step: int) -> None:
    if name := os.environ.get(LOG):
        with open(name, "a") as log:
            log.write(f"{run} {step}\n")
    if os.environ.get(DIES_AT) == str(step):
        os._exit(KILLED)
