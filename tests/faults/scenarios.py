"""What is played: how a run is made, what the model says, and what people do to it and when.

Faults come from elsewhere.

The named scenarios are lifecycles that the systematic search walks; `drawn` makes any number of
others from a seed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

DIAGNOSIS, ORCHESTRATION = "diagnosis", "orchestration"
STRANGE = ("d", "dl", "st", "w")
"""Attributes of which this version may meet a value that it does not know."""
ORG, PATIENT = "demo", "11111111-1111-4111-8111-111111111111"


@dataclass(frozen=True, slots=True)
class Act:
    """`what` somebody does, `after` seconds from the start, or from when `when` happens: a status
    or milestone, `waiting:2` its second.

    `key` is the Idempotency-Key of a create or a next.
    """

    what: str
    after: float = 0.0
    when: str = ""
    who: str = "clinician"
    key: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`patience`: how often a person repeats a request that got no answer.

    `deadline`: seconds, where it is not a day.
    """

    workflow: str = DIAGNOSIS
    acts: tuple[Act, ...] = (Act("create", key="k1"),)
    script: tuple[str, ...] = ()
    max_attempts: int = 3
    dispatch: str = "auto"
    auto_advance: bool = False
    max_cost: int | None = None
    deadline: int | None = None
    flag_off: tuple[int, int] | None = None
    """Seconds between which the worker's flag is off."""
    latencies: tuple[int, ...] = (5,)
    index_lag: int = 0
    redriven: tuple[int, ...] = ()
    """Seconds at which a message for the runs that there are is put back from the dead letters."""
    strangers: tuple[str, ...] = ()
    """Attributes of items that this version cannot read, one each: see tests.faults.strangers."""
    sweeps: tuple[int, ...] = ()
    """Sweeps beside those that have something to do, seconds from the start."""
    double_sweeps: bool = False
    double_messages: bool = False
    """The queue delivers some messages twice."""
    patience: int = 5
    settles: bool = field(default=True)
    """Nothing but faults keeps it from success."""


_CREATE = Act("create", key="k1")
_NEXTS = (Act("next", 1, "waiting", key="n1"), Act("next", 1, "waiting:2", key="n2"))
LIFECYCLES: Mapping[str, Scenario] = {
    "lifecycle": Scenario(),
    "once": Scenario(max_attempts=1),
    "released": Scenario(script=("error@2000",)),
    "hopeless": Scenario(script=("error",) * 12, settles=False),
    "switched": Scenario(flag_off=(30, 590)),
    "retried": Scenario(acts=(_CREATE, Act("retry", 5, "failed")), script=("bad",)),
    "cancelled": Scenario(acts=(_CREATE, Act("cancel", 4, "claimed")), settles=False),
    "executed": Scenario(
        acts=(_CREATE, Act("execute", 20, "queued"), Act("execute", 20, "queued", "admin")),
        dispatch="manual",
    ),
    "taken": Scenario(
        acts=(_CREATE, Act("take", 20, "queued"), Act("succeed", 60, "running")),
        dispatch="manual",
        settles=False,
    ),
    "attached": Scenario(
        acts=(_CREATE, Act("attach", 20, "queued"), Act("execute", 60, "queued")), dispatch="manual"
    ),
    "redriven": Scenario(
        acts=(_CREATE, Act("execute", 60, "queued")), dispatch="manual", redriven=(30,)
    ),
    "strangers": Scenario(strangers=STRANGE, redriven=(30,)),
    "doors": Scenario(
        acts=(
            _CREATE,
            Act("link", 5, "queued"),
            Act("execute", 20, "queued"),
            Act("watch", 1, "claimed"),
            Act("unassign", 4, "claimed", "admin"),
        ),
        dispatch="manual",
    ),
    "gated": Scenario(ORCHESTRATION, (_CREATE, *_NEXTS)),
    "contested": Scenario(
        ORCHESTRATION, (_CREATE, *_NEXTS, Act("next", 1, "waiting", "admin", "a1")), settles=False
    ),
    "held": Scenario(
        ORCHESTRATION,
        (_CREATE, *_NEXTS, Act("skip", 1, "waiting:3", key="n3")),
        ("ok", "ok", "bad"),
    ),
    "refused": Scenario(
        ORCHESTRATION, (_CREATE, *_NEXTS, Act("retry", 5, "failed")), ("ok", "ok", "refusal")
    ),
}
"""Each name is the first part of a history's name."""


def drawn(profile: str, random: Random) -> Scenario:
    """A scenario of that profile: `random` of everything, `people` and `phases` (orchestrations)
    with people in it.
    """
    gated = profile == "phases" or (profile == "random" and random.random() < 0.2)
    dispatch = "manual" if not gated and random.random() < 0.2 else "auto"
    people = (
        _people(random, gated, dispatch) if profile != "random" or random.random() < 0.7 else ()
    )
    deadline = random.randint(60, 900) if random.random() < 0.08 else None
    flag_off = (0, random.randint(30, 600)) if not gated and random.random() < 0.08 else None
    script = tuple(random.choices(_OUTCOMES, _WEIGHTS, k=4)) if random.random() < 0.5 else ()
    max_cost = random.choice((14_000, 17_000)) if random.random() < 0.1 else None
    harmless = (
        {act.what for act in people} <= _HARMLESS
        and set(script) <= _PASSING
        and dispatch == "auto"
        and not gated
    )
    return Scenario(
        workflow=ORCHESTRATION if gated else DIAGNOSIS,
        acts=(Act("create", key=random.choice(("k1", "k1", ""))), *people),
        script=script,
        max_attempts=random.choice((1, 2, 3, 3)),
        dispatch=dispatch,
        auto_advance=gated and random.random() < 0.3,
        max_cost=max_cost,
        deadline=deadline,
        flag_off=flag_off,
        redriven=(random.randint(1, 900),) if random.random() < 0.1 else (),
        strangers=STRANGE if random.random() < 0.1 else (),
        latencies=random.choice(((5,), (1, 3, 8), (1, 1, 1, 400, 6_000))),
        index_lag=random.choice((0, 0, 300, 3_000)),
        sweeps=tuple(random.randint(0, 20) * 60 for _ in range(random.randint(0, 3))),
        double_sweeps=random.random() < 0.3,
        patience=random.choice((0, 2, 5)),
        double_messages=random.random() < 0.3,
        settles=harmless and flag_off is None and deadline is None and max_cost is None,
    )


_HARMLESS, _PASSING = (
    {"read", "create", "execute", "watch", "link", "unassign"},
    {"ok", "long", "error", "error@30", "error@2000"},
)
_OUTCOMES = (
    "ok",
    "long",
    "error",
    "error@30",
    "error@2000",
    "bad",
    "refusal",
    "cut",
    "permanent",
    "lost",
)
_WEIGHTS = (6, 2, 3, 2, 1, 2, 1, 1, 1, 1)
_MOMENTS = (
    "",
    "",
    "claimed",
    "stored",
    "ended",
    "failed",
    "failed:2",
    "waiting",
    "queued:2",
    "claimed:2",
    "swept",
)


def _people(random: Random, gated: bool, dispatch: str) -> tuple[Act, ...]:
    deeds = [
        "cancel",
        "retry",
        "retry",
        "execute",
        "execute",
        "create",
        "create other",
        "take",
        "attach",
        "read",
        "link",
        "watch",
        "unassign",
    ]
    if gated:
        deeds = ["next", "next", "next", "next", "skip", "cancel", "retry", "create"]
    acts = [_act(random, random.choice(deeds)) for _ in range(random.randint(1, 6))]
    if any(act.what == "take" for act in acts):
        acts.append(_act(random, random.choice(("succeed", "fail"))))
    if dispatch == "manual" and random.random() < 0.7:
        acts.append(Act("execute", random.randint(1, 60)))
    if gated:
        acts += [Act("next", random.randint(0, 3), "waiting", key=f"n{n}") for n in range(2)]
    return tuple(acts)


def _act(random: Random, what: str) -> Act:
    after = random.choice((0.0, 0.01, 1.0, random.uniform(0, 20), random.uniform(0, 700)))
    who = random.choice(("clinician", "clinician", "admin"))
    key = (
        random.choice(("k1", "k1", "k2"))
        if what.startswith("create")
        else random.choice(("n1", "n2", "n3", ""))
    )
    return Act(
        what, after, random.choice(_MOMENTS), "clinician" if what.startswith("create") else who, key
    )
