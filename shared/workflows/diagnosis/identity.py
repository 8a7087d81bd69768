"""What in a FHIR record says who the patient is: every term that must not leave it.

Patient, RelatedPerson and Person give names, contacts, addresses, identifiers and the birth date; practitioners, organisations and
places give the phrases that would locate them. Over-reach is as harmful as a leak (see `words`), so each term has its reach.
Knows no clinical facts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import permutations
from typing import Any

from shared.workflows.diagnosis.dates import FULL, day_of
from shared.workflows.diagnosis.fhir import Held, Record, items, mapping, mappings, patient_keys, text, texts
from shared.workflows.diagnosis.scrub import MAX_NUMBER, Reach, Terms, words
from shared.workflows.diagnosis.words import NOT_NAMES, ORDINARY, TITLES

_PEOPLE = {"Patient", "RelatedPerson", "Person"}
_THIRD_PARTIES = {"Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService", "CareTeam"}
_UNIT = re.compile(r"(?i)[\s,]+(?:unit|apt|apartment|suite|ste|floor|fl|room|rm|#)\b.*$")
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\u0e00-\u0eff]{2,}")
# Patient extensions that describe a group or a preference, not a person; their words are everyday ones ("White", "English").
_NOT_IDENTIFYING = re.compile(
    r"race|ethnic|religion|sex|gender|pronoun|language|citizen|nation|disab|import|military|tribal|congreg|interpret"
)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_MAX_NODES = 2_000
# Below these lengths a term is more likely to mean something else than to be the patient's.
_SHORTEST_NAME = 2
_SHORTEST_PLAIN_NAME = 3
_SHORTEST_NAME_PART = 4
_SHORTEST_IDENTIFIER = 4
_SHORTEST_NUMBER = 7
_SHORTEST_STATE = 4
_SHORTEST_POSTAL_CODE = 5
_LOCAL_PHONE, _NATIONAL_PHONE = 7, 10


def identity_terms(record: Record, other_identifiers: Iterable[str] = ()) -> Terms:
    """Every identifying term the record holds, and others known of the patient. Independent of the order of its entries."""
    terms = Terms()
    for identifier in other_identifiers:
        _add_identifier(terms, identifier)
    for held in record.held:
        if held.type in _PEOPLE:
            _add_person(terms, held)
        elif held.type in _THIRD_PARTIES:
            _add_third_party(terms, held.resource)
    # Only the patient's own: a child's birth date in the mother's record is the day of her delivery, a clinical fact.
    for patient in record.patients:
        terms.birth_days.update(_birth_days(patient.resource))
    for display in _subject_displays(record):
        _add_name_text(terms, display)
    return terms


def _subject_displays(record: Record) -> set[str]:
    roles = ("subject", "patient", "beneficiary")
    found = (text(mapping(held.resource.get(role)).get("display")) for held in record.held for role in roles)
    return {display for display in found if display}


def _birth_days(patient: Mapping[str, Any]) -> set[str]:
    """Full birth dates; with `patient-birthTime`, whose day is the same but for its time zone."""
    times = (part.get("valueDateTime") for part in mappings(mapping(patient.get("_birthDate")).get("extension")))
    days = (day_of(value) for value in (patient.get("birthDate"), *times))
    return {day for day in days if day and len(day) == FULL}


def _add_person(terms: Terms, held: Held) -> None:
    person = held.resource
    for key in patient_keys(held):
        _add_identifier(terms, key, strong=False)
    for part in (person, *mappings(person.get("contact"))):
        _add_contact_details(terms, part)
    for identifier in mappings(person.get("identifier")):
        _add_identifier(terms, identifier.get("value"))
    for photo in mappings(person.get("photo")):
        _add_phrase(terms, (text(photo.get("url")) or "").rpartition("://")[2], Reach.EVERYWHERE)
        _add_phrase(terms, photo.get("title"), Reach.FREE_TEXT)
    for reference in (person.get("managingOrganization"), *items(person.get("generalPractitioner"))):
        _add_phrase(terms, mapping(reference).get("display"), Reach.FREE_TEXT)
    for day in _birth_days(person):
        _add_birth_date(terms, day)
    _add_extensions(terms, person)


def _add_contact_details(terms: Terms, part: Mapping[str, Any]) -> None:
    for name in mappings(part.get("name")):
        _add_human_name(terms, name)
    for point in mappings(part.get("telecom")):
        _add_contact_point(terms, point.get("value"))
    for address in mappings(part.get("address")):
        _add_address(terms, address)


def _add_third_party(terms: Terms, resource: Mapping[str, Any]) -> None:
    for name in (*texts(resource.get("name")), *texts(resource.get("alias"))):
        _add_phrase(terms, name, Reach.FREE_TEXT)
    for person in mappings(resource.get("name")):
        given, family = _name_words(person)
        for phrase in (*_phrases(given, family), ["dr", *family]):
            terms.add(phrase, Reach.FREE_TEXT)
    for point in mappings(resource.get("telecom")):
        _add_contact_point(terms, point.get("value"))


def _add_human_name(terms: Terms, name: Mapping[str, Any]) -> None:
    for part in (*texts(name.get("given")), *texts(name.get("family"))):
        _add_name_part(terms, part)
    _add_name_text(terms, name.get("text"))
    for phrase in _phrases(*_name_words(name)):
        terms.add(phrase, Reach.EVERYWHERE)
        terms.unspaced.update(_UNSPACED.findall("".join(phrase)))


def _add_name_text(terms: Terms, value: Any) -> None:
    said = text(value)
    if said is None:
        return
    _add_name_part(terms, said)
    named = [word for word in words(said) if word not in NOT_NAMES]
    for phrase in _phrases(named[:-1], named[-1:]):
        terms.add(phrase, Reach.EVERYWHERE)


def _add_name_part(terms: Terms, part: str) -> None:
    """Each word of a name by itself: `O'Hara` as written and as OHara, both halves of a double name."""
    for said in re.split(r"[\s\-\u2010-\u2015,;/()]+", part)[:50]:
        pieces = words(said)
        joined = "".join(pieces)
        if len(joined) < _SHORTEST_NAME or joined in NOT_NAMES:
            continue
        terms.add(pieces, _name_reach(joined))
        terms.add([joined], _name_reach(joined))
        longest = max(pieces, key=len)
        if len(longest) >= _SHORTEST_NAME_PART:
            terms.add([longest], _name_reach(longest))
        if _name_reach(joined) is Reach.AS_NAME:
            for title in TITLES:
                terms.add([title, *pieces], Reach.EVERYWHERE)
    terms.unspaced.update(_UNSPACED.findall(part))


def _name_reach(word: str) -> Reach:
    return Reach.AS_NAME if len(word) < _SHORTEST_PLAIN_NAME or word in ORDINARY else Reach.EVERYWHERE


def _name_words(name: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    given = [word for part in texts(name.get("given"))[:6] for word in words(part)]
    return given, [word for part in texts(name.get("family")) for word in words(part)]


def _phrases(given: list[str], family: list[str]) -> Iterator[list[str]]:
    """The orders in which a whole name is written; joined too, as in user names."""
    if not given or not family:
        return
    for first in (given, given[:1]):
        for order in permutations((first, family)):
            phrase = [word for part in order for word in part]
            yield phrase
            yield ["".join(phrase)]


def _add_contact_point(terms: Terms, value: Any) -> None:
    said = text(value) or ""
    digits = re.sub(r"\D", "", re.split(r"(?i)\s*(?:x|ext)", said)[0])
    if "@" in said or not digits:
        _add_phrase(terms, said, Reach.EVERYWHERE)
        return
    _add_identifier(terms, said)
    # People write a number without its country, its area or its extension.
    _add_identifier(terms, digits)
    if len(digits) >= _NATIONAL_PHONE:
        terms.add_number(digits[-_NATIONAL_PHONE:], Reach.EVERYWHERE)
        terms.add_number(digits[-_LOCAL_PHONE:], Reach.FREE_TEXT)


def _add_identifier(terms: Terms, value: Any, *, strong: bool = True) -> None:
    """Under four characters an identifier can't be told from a number or an abbreviation; `scrub` knows such by their labels."""
    pieces = words(value) if isinstance(value, str) else []
    joined = "".join(pieces)
    has_digit = any(char.isdigit() for char in joined)
    if len(joined) < _SHORTEST_IDENTIFIER or joined in NOT_NAMES:
        return
    if len(joined) > MAX_NUMBER:
        terms.add(pieces, Reach.EVERYWHERE)
    elif has_digit and len(joined) >= _SHORTEST_NUMBER:
        terms.add_number(joined, Reach.EVERYWHERE)
    elif has_digit or strong:
        terms.add(pieces, Reach.FREE_TEXT)
        terms.add([joined], Reach.FREE_TEXT)
    else:
        terms.add(pieces, Reach.AS_NAME)
    for piece in pieces:
        if piece.isdigit() and _SHORTEST_NUMBER <= len(piece) <= MAX_NUMBER:
            terms.add_number(piece, Reach.EVERYWHERE)


def _add_address(terms: Terms, address: Mapping[str, Any]) -> None:
    for line in (*texts(address.get("line")), *texts(address.get("text"))):
        street = _UNIT.sub("", line)
        for phrase in (line, street, re.sub(r"^\s*\d+\w?\s+", "", street)):
            _add_phrase(terms, phrase, Reach.EVERYWHERE)
        # House number and street stay telling when the rest of the line is written otherwise.
        if street[:1].isdigit():
            _add_phrase(terms, " ".join(words(street)[:2]), Reach.EVERYWHERE)
    for place in (*texts(address.get("city")), *texts(address.get("district"))):
        named = words(place)
        terms.add(named, _name_reach("".join(named)) if len(named) == 1 else Reach.EVERYWHERE)
    _add_region(terms, address)
    for position in mappings(address.get("extension")):
        for part in mappings(position.get("extension")):
            _add_phrase(terms, str(part.get("valueDecimal")), Reach.FREE_TEXT, shortest=7)


def _add_region(terms: Terms, address: Mapping[str, Any]) -> None:
    """A state's abbreviation is an ordinary pair of letters, and a short or round postal code looks like a dose (1000 mg): these say
    something only beside each other or the city."""
    city, state, postal = (words(text(address.get(part)) or "") for part in ("city", "state", "postalCode"))
    if len("".join(state)) >= _SHORTEST_STATE:
        terms.add(state, Reach.FREE_TEXT)
    for code in (postal, ["".join(postal)], postal[:1]):
        if len("".join(code)) >= _SHORTEST_POSTAL_CODE:
            terms.add(code, Reach.FREE_TEXT if code[-1].endswith("00") else Reach.EVERYWHERE)
    for pair in permutations((city, state, postal), 2):
        if all(pair):
            terms.add(pair[0] + pair[1], Reach.EVERYWHERE)


def _add_phrase(terms: Terms, value: Any, reach: Reach, shortest: int = 6) -> None:
    """Several words, or one with a digit in it; a single plain word, or a few characters, are too likely to mean something else."""
    said = words(value) if isinstance(value, str) else []
    joined = "".join(said)
    if len(joined) >= shortest and (len(said) > 1 or any(char.isdigit() for char in joined)):
        terms.add(said, reach)


def _add_birth_date(terms: Terms, day: str) -> None:
    born = date.fromisoformat(day)
    month = _MONTHS[born.month - 1]
    months = {str(born.month), f"{born.month:02}", month, month[:3]}
    days = {str(born.day), f"{born.day:02}", f"{born.day}st", f"{born.day}nd", f"{born.day}rd", f"{born.day}th"}
    for name in months:
        for number in days:
            for year in (day[:4], day[2:4]):
                for order in ((name, number, year), (number, name, year), (year, name, number)):
                    terms.add(order, Reach.EVERYWHERE)
            terms.add((number, "of", name, day[:4]), Reach.EVERYWHERE)
    terms.add([day.replace("-", "")], Reach.EVERYWHERE)


def _add_extensions(terms: Terms, person: Mapping[str, Any]) -> None:
    """Names, places, contacts and identifiers in extensions, however deep; a bounded walk, so a hostile record can't stall it."""
    waiting = [(found, "") for key in ("extension", "modifierExtension") for found in mappings(person.get(key))]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        extension, path = waiting.pop()
        path = f"{path} {(text(extension.get('url')) or '').rsplit('/', 1)[-1].lower()}"[-400:]
        waiting += [(found, path) for found in mappings(extension.get("extension"))[:_MAX_NODES]]
        _add_extension(terms, extension, path)


def _add_extension(terms: Terms, extension: Mapping[str, Any], path: str) -> None:
    _add_human_name(terms, mapping(extension.get("valueHumanName")))
    _add_address(terms, mapping(extension.get("valueAddress")))
    _add_contact_point(terms, mapping(extension.get("valueContactPoint")).get("value"))
    _add_identifier(terms, mapping(extension.get("valueIdentifier")).get("value"))
    if "name" in path:
        _add_name_text(terms, extension.get("valueString"))
    elif not _NOT_IDENTIFYING.search(path):
        _add_phrase(terms, extension.get("valueString"), Reach.FREE_TEXT)
