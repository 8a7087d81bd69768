"""Takes out of text what would say who the patient is.

It is given the terms that the record itself holds (`identity`) and looks for them word by word;
beside them it knows shapes: e-mail, URL, telephone, labelled identifiers, ages over 89. What is
coded or measured is left as it is: `vocabulary`, `measured`. Work grows with the length of the text
and not with the number of terms, so no record can stall it. Must never know FHIR: it sees words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite
from typing import Any

from shared.workflows.diagnosis.coded import is_coding, is_quantity
from shared.workflows.diagnosis.privacy import ages, shapes
from shared.workflows.diagnosis.privacy.dates import BirthDates
from shared.workflows.diagnosis.privacy.names import Names
from shared.workflows.diagnosis.privacy.numbers import Numbers
from shared.workflows.diagnosis.privacy.places import Places
from shared.workflows.diagnosis.privacy.text import (
    Span,
    clean,
    joined,
    merged,
    tokens,
    words,
)

REDACTED = "[redacted]"
MAX_DEPTH = 12
# More than a pack can show, so what is left out here is always named as shortened there.
MAX_ITEMS = 30_000
_MAX_KEY = 200
_LARGEST = 10**18
_SHORTEST_IDENTIFIER = 6
# Fields of attached documents and settings that name a person whatever they hold.
_KEYS = """
address birthdate birthday dateofbirth dob email emailaddress familyname fax firstname fullname
givenname homeaddress insuranceid insurancenumber lastname maidenname medicalrecordnumber middlename
mrn nhsnumber passport passportnumber patientid patientname phone phonenumber postalcode postcode
socialsecuritynumber ssn streetaddress surname telephone zip zipcode geburtsdatum nachname vorname
patientenname patientennummer versichertennummer telefon telefonnummer strasse postleitzahl plz
datedenaissance nomdefamille prenom fechadenacimiento apellido apellidos datadinascita cognome
nazwisko imie pesel achternaam voornaam geboortedatum efternamn personnummer
"""
_IDENTIFYING_KEYS = frozenset(_KEYS.split())

__all__ = ["REDACTED", "Identity", "Scrubber", "clean", "fold", "plain_number", "words"]


@dataclass
class Identity:
    """Everything known of who the patient is: what to look for, by kind."""

    names: Names = field(default_factory=Names)
    numbers: Numbers = field(default_factory=Numbers)
    births: BirthDates = field(default_factory=BirthDates)
    places: Places = field(default_factory=Places)
    birth_days: set[str] = field(default_factory=set)


def fold(text: str) -> str:
    """For comparing two texts: their words in plain letters."""
    return " ".join(words(text))


def plain_number(value: int | float | Decimal) -> int | float | None:
    """The number as JSON writes it; None for what is not finite or is beyond 10^18, which no
    measurement is.
    """
    if isinstance(value, int):
        return value if abs(value) < _LARGEST else None
    if not isfinite(value) or abs(float(value)) >= _LARGEST:
        return None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


class Scrubber:
    """Pure: the same identity and text give the same text."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def free_text(self, text: str, *, careless: bool = False) -> str:
        """What a person wrote; `careless` where they may have left capitals out."""
        said = ages.hide(clean(text))
        return _without(said, [*shapes.spans(said), *self._spans(said, careless)])

    def vocabulary(self, text: str) -> str:
        """A coded display as the terminology has it, whatever it equals; but one that names a whole
        person is no such display.
        """
        said = clean(text)
        if self._identity.names.prefixes and self._identity.names.names_whole(tokens(said)):
            return self.free_text(said)
        return said

    def unit(self, text: str) -> str:
        """A unit of measure: only a name is taken out."""
        said = clean(text)
        return _without(said, list(self._identity.names.spans(said, tokens(said))))

    def measured(self, value: int | float | Decimal) -> Any:
        """A measured value stays, whatever identifier it equals."""
        plain = plain_number(value)
        return "[number out of range]" if plain is None else plain

    def is_birth_day(self, day: str) -> bool:
        return day in self._identity.birth_days

    def tree(self, value: Any, depth: int = MAX_DEPTH) -> Any:
        """A JSON value with its strings, numbers and keys scrubbed; what JSON cannot hold, or nests
        too deeply, is replaced, and a list or object ends after MAX_ITEMS.
        """
        if isinstance(value, str):
            return self.free_text(value, careless=True)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float | Decimal):
            return self._number(value)
        if depth == 0:
            return "[nested too deeply]"
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        return self._list(value, depth) if isinstance(value, list | tuple) else "[not a JSON value]"

    def _list(self, value: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
        shown = [self.tree(item, depth - 1) for item in value[:MAX_ITEMS]]
        left = len(value) - len(shown)
        return [*shown, f"[{left} items left out]"] if left else shown

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        # Keys that scrub alike are numbered on from where the last one ended, so that many of them
        # cost no more than any others.
        used: dict[str, int] = {}
        keys = sorted(key for key in value if isinstance(key, str))
        for key in keys[:MAX_ITEMS]:
            name = self.free_text(key, careless=True)[:_MAX_KEY]
            fresh = name
            while fresh in out:
                used[name] = used.get(name, 1) + 1
                fresh = f"{name} ({used[name]})"
            out[fresh] = self._member(value, key, depth)
        if len(keys) > MAX_ITEMS:
            out["…"] = f"[{len(keys) - MAX_ITEMS} fields left out]"
        return out

    def _member(self, value: Mapping[Any, Any], key: str, depth: int) -> Any:
        held = value[key]
        if held is None or isinstance(held, bool):
            return held
        if joined(key) in _IDENTIFYING_KEYS:
            return REDACTED
        if key in ("display", "code", "system") and isinstance(held, str) and is_coding(value):
            return self.vocabulary(held)
        if key == "value" and is_quantity(value) and isinstance(held, int | float | Decimal):
            return self.measured(held)
        return self.tree(held, depth - 1)

    def _number(self, value: int | float | Decimal) -> Any:
        plain = plain_number(value)
        if plain is None:
            return "[number out of range]"
        shown = repr(plain)
        if len(shown) < _SHORTEST_IDENTIFIER:
            return plain
        return REDACTED if self._spans(shown) else plain

    def _spans(self, text: str, careless: bool = False) -> list[Span]:
        identity, found = self._identity, tokens(text)
        return [
            *identity.names.spans(text, found, careless),
            *identity.numbers.spans(text, found),
            *identity.births.spans(text, found),
            *identity.places.spans(text, found),
        ]


def _without(text: str, spans: list[Span]) -> str:
    if not spans:
        return text
    out, copied = [], 0
    for start, end in merged(spans):
        out += [text[copied:start], REDACTED]
        copied = end
    return "".join(out) + text[copied:]
