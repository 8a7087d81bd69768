"""What was examined: a result's specimen, its own or that of its panel or report.

Glucose in ascites is not glucose in blood, wherever the record says which it was.
"""

from shared.workflows.diagnosis.fhir import Held, mapping, mappings
from shared.workflows.diagnosis.links import Links
from shared.workflows.diagnosis.reading import Reader


def specimen_of(reader: Reader, links: Links, held: Held) -> str | None:
    """Its own; else its panels', else its report's, with whose it is. Several are alternatives."""
    if own := _own(reader, held):
        return own
    panels = [_own(reader, parent) for parent in links.parents_of(held)]
    if found := list(dict.fromkeys(one for one in panels if one)):
        return f"{' or '.join(sorted(found))} (of the panel)"
    report = links.report_of(held)
    found = specimens_of_report(reader, report) if report else []
    return f"{' or '.join(found)} (of the report)" if found else None


def specimens_of_report(reader: Reader, held: Held) -> list[str]:
    found = []
    for reference in mappings(held.resource.get("specimen")):
        specimen = reader.references.find(reference, held)
        kind = reader.name(specimen.resource.get("type")) if specimen else None
        found.append(kind or reader.display(reference, held, "specimen"))
    return reader.listed(list(dict.fromkeys(one for one in found if one)), "specimen")


def _own(reader: Reader, held: Held) -> str | None:
    """What was examined: the specimen's type and site, with what the reference calls it where
    that differs.
    """
    reference = mapping(held.resource.get("specimen"))
    if not reference:
        return None
    found = reader.references.find(reference, held)
    display = reader.display(reference, held, "specimen")
    if found is None:
        return display
    kind = reader.name(found.resource.get("type"))
    site = reader.name(mapping(found.resource.get("collection")).get("bodySite"))
    conditions = reader.names(found.resource.get("condition"), "specimen")
    said = [*dict.fromkeys(one for one in (kind, site, display, *conditions) if one)]
    return ", ".join(said) or None
