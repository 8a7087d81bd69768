"""The table of what was measured. Pure."""

from collections.abc import Mapping, Sequence
from statistics import median

BASELINE = "procrastinate"
Row = Mapping[str, float]
"""By player."""
Round = Mapping[str, Mapping[str, float]]
"""Of a player, each figure by its name."""
Death = tuple[Mapping[str, float | None], str]
"""(seconds until the run had ended, by what had to be done for it, None: never; its steps that ran
again).
"""


def ratios(rounds: Sequence[Round], figure: str) -> Row:
    """The median over the rounds of each player's ratio to the baseline of the same round."""
    return {
        player: median(one[player][figure] / one[BASELINE][figure] for one in rounds)
        for player in rounds[0]
    }


def medians(rounds: Sequence[Round], figure: str) -> Row:
    return {player: median(one[player][figure] for one in rounds) for player in rounds[0]}


def table(rounds: Sequence[Round], counts: Round) -> list[str]:
    """Lines: what a run takes, what it asks of its database, and both as ratios."""
    lines = [_line("", {player: player for player in rounds[0]})]
    for figure in next(iter(rounds[0].values())):
        shown, ratio = medians(rounds, figure), ratios(rounds, figure)
        lines.append(
            _line(figure, {name: f"{shown[name]:.1f} ({ratio[name]:.2f})" for name in shown})
        )
    kinds = dict.fromkeys(kind for counted in counts.values() for kind in counted)
    for kind in kinds:
        numbers = {name: found.get(kind) for name, found in counts.items()}
        shown_counts = {
            n: "-" if number is None else f"{number:.1f}" for n, number in numbers.items()
        }
        lines.append(_line(kind, shown_counts))
    return lines


def deaths(found: Mapping[str, Death]) -> list[str]:
    """Lines: which steps of a run ran again, and after how many seconds it had ended."""
    lines = []
    for player, (ways, again) in found.items():
        took = (f"{how}: {_seconds(seconds)}" for how, seconds in ways.items())
        lines.append(f"{player:<16}again: {again:<8}" + "; ".join(took))
    return lines


def repeated(log: str, run: int) -> str:
    """The steps of a run that began more than once, of the lines of `work`; "none" for none."""
    steps = [line.split()[1] for line in log.splitlines() if line.split()[0] == str(run)]
    return ", ".join(dict.fromkeys(step for step in steps if steps.count(step) > 1)) or "none"


def _line(name: str, shown: Mapping[str, str]) -> str:
    return f"{name:<32}" + "".join(f"{text:>20}" for text in shown.values())


def _seconds(found: float | None) -> str:
    return "never" if found is None else f"{found:.1f} s"
