"""Reads every FHIR bundle of a folder as the service would: `make fhir-check DIR=folder`.

For each file it says whether the record is accepted, what was read of it and into which sections,
what was set apart, cut or not used, and whether an identifier that the record itself holds stands
in the pack. Writes nothing.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from shared.workflows.diagnosis.context_pack import build_context_pack
from shared.workflows.diagnosis.record import InvalidRecord, parse_record, validate_record
from shared.workflows.diagnosis.sections import SECTIONS

_SET_APART = (
    *("entered_in_error", "of_another_subject", "about_another_person", "not_understood"),
    *("of_another_fhir_version", "deleted", "without_state", "earlier_versions"),
)
_IDENTIFYING = ("family", "given", "value", "line", "postalCode")
_SHORTEST = 4
_DEEPEST = 30


@dataclass(frozen=True)
class Checked:
    """What became of one file. `read` and the other counts are by section or reason; `leaked` names
    the identifiers of the record that stand in its pack; `refused` the fields because of which it
    was not accepted.
    """

    name: str
    refused: Sequence[str] = ()
    read: Mapping[str, int] = field(default_factory=dict)
    set_apart: Mapping[str, int] = field(default_factory=dict)
    cut: Mapping[str, int] = field(default_factory=dict)
    shortened: Sequence[str] = ()
    not_used: Mapping[str, int] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    leaked: Sequence[str] = ()
    seconds: float = 0.0
    pack: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_accepted(self) -> bool:
        return not self.refused


def check(path: Path, as_of: datetime) -> Checked:
    """One bundle. `as_of`: the day that ages and courses refer to."""
    started = time.process_time()
    try:
        bundle = parse_record(path.read_bytes())
        summary = validate_record(bundle)
    except InvalidRecord as exc:
        fields = [f"{error['field']} {error['message']}" for error in exc.errors]
        return Checked(path.name, refused=fields)
    pack = build_context_pack(
        bundle=bundle, input_config={}, artifacts=[], assessment=None, as_of=as_of
    )
    omitted = pack["omitted"]
    return Checked(
        path.name,
        read={name: len(pack[name]) for name in SECTIONS if pack.get(name)},
        set_apart={name: omitted[name] for name in _SET_APART if name in omitted},
        cut={name: count for name, count in omitted.items() if name not in _SET_APART},
        shortened=pack["shortened"],
        not_used=pack["not_used"],
        warnings=summary.warnings,
        leaked=leaks(bundle, pack),
        seconds=time.process_time() - started,
        pack=pack,
    )


def leaks(bundle: Any, pack: Mapping[str, Any]) -> list[str]:
    """The identifiers of the record's people that stand in the pack as whole words. Looked for
    without the service's own search for them, so that a fault of that search is seen. A coded
    display may hold a word that is a name too.
    """
    sent = json.dumps(pack, ensure_ascii=False)
    found = [
        said
        for said in sorted(set(_identifiers(bundle)))
        if re.search(rf"(?<!\w){re.escape(said)}(?!\w)", sent)
    ]
    return [said for said in found if not _is_display(bundle, said)]


def _identifiers(bundle: Any) -> Iterator[str]:
    for resource in _people(bundle):
        for part in (resource, *_objects(resource.get("contact"))):
            for key in ("name", "telecom", "address", "identifier"):
                for one in _objects(part.get(key)):
                    for field_name in _IDENTIFYING:
                        yield from _texts(one.get(field_name))
        yield from _texts(resource.get("birthDate"), shortest=len("1961-03-17"))


def _people(bundle: Any) -> Iterator[Mapping[str, Any]]:
    for one in _walk(bundle):
        if one.get("resourceType") in ("Patient", "RelatedPerson", "Person"):
            yield one


def _is_display(bundle: Any, said: str) -> bool:
    """Whether a coding of the record has the word in its display: medicine, not a name."""
    return any(
        said in str(one.get("display"))
        for one in _walk(bundle)
        if "code" in one and "system" in one
    )


def _walk(value: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        yield value
    inner = (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    )
    for one in inner:
        yield from _walk(one, depth + 1)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, Mapping)]


def _texts(value: Any, shortest: int = _SHORTEST) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [one.strip() for one in found if isinstance(one, str) and len(one.strip()) >= shortest]


def table(checked: Sequence[Checked]) -> Table:
    """A row for every file."""
    shown = Table(show_lines=True)
    for column in ("file", "read", "set apart, cut", "refused, leaked", "s"):
        shown.add_column(column, overflow="fold")
    for one in checked:
        shown.add_row(
            one.name,
            _counts(one.read),
            "\n".join(filter(None, (_counts({**one.set_apart, **one.cut}), *one.shortened))),
            "\n".join((*one.refused, *(f"LEAKED {said}" for said in one.leaked))),
            f"{one.seconds:.2f}",
        )
    return shown


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 1 when an identifier leaked, or 2 when the folder holds no bundle."""
    parser = argparse.ArgumentParser(description="Read every FHIR bundle of a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--warnings", action="store_true", help="print each file's warnings too")
    options = parser.parse_args(arguments)
    paths = sorted(options.folder.glob("*.json"))
    console = Console()
    if not paths:
        console.print(f"{options.folder} holds no .json file.")
        return 2
    now = datetime.now(UTC)
    with Progress(console=console, transient=True) as progress:
        checked = [check(path, now) for path in progress.track(paths, description="Reading")]
    console.print(table(checked))
    for one in checked if options.warnings else ():
        for warning in one.warnings:
            console.print(f"{one.name}: {warning}")
    leaked = sum(bool(one.leaked) for one in checked)
    refused = sum(not one.is_accepted for one in checked)
    console.print(
        f"{len(checked)} files, {refused} refused, {leaked} with an identifier in the pack."
    )
    return 1 if leaked else 0


if __name__ == "__main__":
    sys.exit(main())
