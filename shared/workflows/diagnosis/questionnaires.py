"""Answered questionnaires: the questions with their answers, groups and follow-up questions among
them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.workflows.diagnosis.chart import is_not_understood
from shared.workflows.diagnosis.facts import Fact, fact, shown_status
from shared.workflows.diagnosis.fhir import Held, mapping, mappings, number, text
from shared.workflows.diagnosis.moments import when
from shared.workflows.diagnosis.privacy.ages import asks_age, shown_alone
from shared.workflows.diagnosis.quantities import amount
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.statuses import status_of
from shared.workflows.diagnosis.texts import NAME_LIMIT

QUESTION_LIMIT = 60
_STATUSES = ("completed", "amended", "in-progress", "stopped")


def questionnaire(reader: Reader, held: Held) -> Fact:
    resource = held.resource
    status = status_of(resource.get("status"), _STATUSES)
    at = when(reader, resource, "authored")
    answers = list(_answers(reader, resource, held))
    return fact(
        reader,
        held,
        "questionnaires",
        {"name": _title(reader, held) or "questionnaire"},
        at,
        event=True,
        authored=at.shown,
        status=shown_status(reader, status, "completed"),
        answers=reader.listed(answers, "answers", QUESTION_LIMIT),
    )


def _title(reader: Reader, held: Held) -> str | None:
    """The title of the Questionnaire where it is in the record; its address names nothing."""
    found = reader.references.find({"reference": held.resource.get("questionnaire")}, held)
    if found and found.type == "Questionnaire":
        return reader.note(found.resource.get("title"), NAME_LIMIT, "name")
    return reader.note(
        mapping(held.resource.get("questionnaire")).get("display"), NAME_LIMIT, "name"
    )


def _answers(reader: Reader, resource: Mapping[str, Any], held: Held) -> Iterator[str]:
    """`Fever?: yes`, in the order of the form; what was not answered is not asked here again."""
    waiting = list(reversed(mappings(resource.get("item"))))
    while waiting:
        item = waiting.pop()
        if is_not_understood(item):
            reader.cuts.not_understood += 1
            continue
        given = reader.parts(item.get("answer"), "answers")
        said = [one for one in (_answer(reader, each, held) for each in given) if one is not None]
        if said:
            question = reader.note(item.get("text"), NAME_LIMIT, "answers") or reader.note(
                item.get("linkId"), 60
            )
            if question and asks_age(question):
                said = [shown_alone(one) for one in said]
            yield f"{question or 'question without a text'}: {', '.join(said)}"
        inner = [one for each in given for one in mappings(each.get("item"))]
        waiting += reversed([*mappings(item.get("item")), *inner])


def _answer(reader: Reader, answer: Mapping[str, Any], held: Held) -> str | None:
    if isinstance(answer.get("valueBoolean"), bool):
        return "yes" if answer["valueBoolean"] else "no"
    for element in ("valueDecimal", "valueInteger"):
        plain = number(answer.get(element))
        if plain is not None:
            return str(plain)
    for element in ("valueDate", "valueDateTime"):
        shown = reader.moment(answer.get(element))
        if shown:
            return shown
    coded = reader.meaning(answer.get("valueCoding"))
    said = next(
        (one for one in (text(answer.get(each)) for each in ("valueString", "valueTime")) if one),
        None,
    )
    referenced = reader.referenced(answer.get("valueReference"), held)
    return (
        coded
        or reader.note(reader.worded(said), name="answers")
        or amount(reader, answer.get("valueQuantity"))
        or (str(referenced["name"]) if referenced else None)
    )
