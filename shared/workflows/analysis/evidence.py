"""Evidence: short pieces, each with its source and the very words that stand there, so that a claim
can be followed back.

Pieces come from the input document and from what earlier analyses of the project concluded. What
does not fit is counted, never dropped in silence. Pure: knows no store.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shared.workflows.analysis.brief import Brief, Note

QUOTE_CHARACTERS = 800
NAME_CHARACTERS = 200
MOST_PIECES = 80
OPPORTUNITIES_A_RUN = 3
_SEPARATOR = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)")

Piece = dict[str, Any]
"""{id, source {kind: input or run, ref, part, quote, origin?}}; `ref` is an input's version or a
run's id.
"""


def collect(
    brief: Brief, input_version: int | None, earlier: Iterable[tuple[str, Any]]
) -> tuple[list[Piece], int]:
    """The evidence, numbered e1, e2, ..., and how many pieces were left out.

    `earlier`: (run id, output), newest first.

    What people noted comes first and goes last: earlier conclusions only take the room that they
    need.
    """
    concluded = [source for run_id, output in earlier for source in _concluded(run_id, output)]
    noted = [
        source for note in (*brief.notes, *brief.further) for source in _noted(note, input_version)
    ]
    room = MOST_PIECES - min(len(concluded), MOST_PIECES // 4)
    kept = noted[:room] + concluded[: MOST_PIECES // 4]
    pieces = [{"id": f"e{number}", "source": source} for number, source in enumerate(kept, 1)]
    return pieces, len(noted) + len(concluded) - len(kept)


def _noted(note: Note, input_version: int | None) -> Iterator[dict[str, Any]]:
    for paragraph in _SEPARATOR.split(note.text):
        for quote in _chunks(paragraph.strip()):
            source = {
                "kind": "input",
                "ref": input_version,
                "part": note.part[:NAME_CHARACTERS],
                "quote": quote,
            }
            yield source | ({"origin": note.origin[:NAME_CHARACTERS]} if note.origin else {})


def _concluded(run_id: str, output: Any) -> Iterator[dict[str, Any]]:
    """An earlier analysis's summary and its first opportunities.

    Outputs of other pipeline versions give what they can.
    """
    if not isinstance(output, Mapping):
        return
    said: list[tuple[str, Any]] = [("summary", output.get("summary"))]
    listed = output.get("opportunities")
    for position, one in enumerate(
        listed[:OPPORTUNITIES_A_RUN] if isinstance(listed, list) else []
    ):
        said.append((f"opportunities[{position}]", _opportunity(one)))
    for part, text in said:
        if isinstance(text, str) and text.strip():
            yield {"kind": "run", "ref": run_id, "part": part, "quote": next(_chunks(text.strip()))}


def _opportunity(one: Any) -> str | None:
    texts = [one.get("title"), one.get("rationale")] if isinstance(one, Mapping) else []
    return ": ".join(text for text in texts if isinstance(text, str)) or None


def _chunks(text: str) -> Iterator[str]:
    """The text in pieces of at most QUOTE_CHARACTERS, cut between words where there are any."""
    start = 0  # the rest is never copied: a long text would be copied once a piece
    while len(text) - start > QUOTE_CHARACTERS:
        limit = start + QUOTE_CHARACTERS
        space = text.rfind(" ", start + QUOTE_CHARACTERS // 2, limit + 1)
        end = space if space > 0 else limit
        yield text[start:end].rstrip()
        start = end
        while start < len(text) and text[start].isspace():
            start += 1
    if start < len(text):
        yield text[start:]


def cited(opportunities: Sequence[Mapping[str, Any]]) -> set[str]:
    """The ids of all evidence that opportunities rest on."""
    return {identifier for one in opportunities for identifier in one["evidence"]}
