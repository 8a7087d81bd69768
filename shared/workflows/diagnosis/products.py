"""The drug itself: its name, and what its Medication says of ingredients, strength and form."""

from collections.abc import Mapping
from typing import Any

from shared.workflows.diagnosis.facts import NOT_STATED
from shared.workflows.diagnosis.fhir import Held
from shared.workflows.diagnosis.quantities import ratio
from shared.workflows.diagnosis.reading import Reader
from shared.workflows.diagnosis.texts import present


def product(reader: Reader, held: Held) -> dict[str, Any] | None:
    """`{name, code?, also?, ingredients?, form?}`. A Medication that is not in the record leaves
    the display of the reference, or nothing; one without a code is named by its ingredients.
    """
    resource = held.resource
    inline = reader.concept(resource.get("medicationCodeableConcept"))
    if inline:
        return inline
    reference = resource.get("medicationReference")
    found = reader.references.find(reference, held)
    if found is None:
        said = reader.display(reference, held, "name")
        return {"name": said} if said else None
    medicine = found.resource
    parts = [
        _ingredient(reader, one, found)
        for one in reader.parts(medicine.get("ingredient"), "ingredients")
    ]
    ingredients = [part for part in parts if part]
    named = reader.referenced(reference, held) or (
        {"name": " / ".join(ingredients)} if ingredients else {"name": NOT_STATED}
    )
    # An ingredient that only repeats the name adds nothing.
    told = [part for part in ingredients if part.lower() != str(named["name"]).lower()]
    return {
        **named,
        **present(
            ingredients=told if named["name"] != " / ".join(ingredients) else None,
            form=reader.name(medicine.get("form")),
            amount=ratio(reader, medicine.get("amount"), " per "),
        ),
    }


def _ingredient(reader: Reader, ingredient: Mapping[str, Any], medicine: Held) -> str | None:
    """`Apixaban 5 mg per 1 tablet`."""
    name = reader.name(ingredient.get("itemCodeableConcept"))
    if name is None:
        named = reader.referenced(ingredient.get("itemReference"), medicine)
        name = str(named["name"]) if named else None
    strength = ratio(reader, ingredient.get("strength"), " per ")
    said = " ".join(part for part in (name, strength) if part) or None
    return f"{said} (inactive)" if said and ingredient.get("isActive") is False else said
