"""Which report a result belongs to, and which observation another one is part of.

Built once for a record, in one walk. Knows no values.
"""

from collections import defaultdict

from shared.workflows.diagnosis.chart import Chart
from shared.workflows.diagnosis.dates import instant_of
from shared.workflows.diagnosis.fhir import Held, mapping, text

_PANELS = 4


class Links:
    def __init__(self, chart: Chart) -> None:
        self._reports: dict[int, list[Held]] = defaultdict(list)
        self._parents: dict[int, list[Held]] = defaultdict(list)
        self._members: dict[int, list[Held]] = defaultdict(list)
        for held in chart.held:
            if held.type == "DiagnosticReport":
                for result in chart.references.all(held.resource.get("result"), held):
                    self._reports[id(result.resource)].append(held)
            elif held.type == "Observation":
                for member in chart.references.all(held.resource.get("hasMember"), held):
                    self._join(held, member)
                for source in chart.references.all(held.resource.get("derivedFrom"), held):
                    self._join(source, held)

    def _join(self, parent: Held, member: Held) -> None:
        if parent is member or parent.type != "Observation" or member.type != "Observation":
            return
        if not any(known is parent for known in self._parents[id(member.resource)]):
            self._parents[id(member.resource)].append(parent)
            self._members[id(parent.resource)].append(member)

    def report_of(self, result: Held) -> Held | None:
        """The first in time of the reports that list it as a result, and of those without a time
        any, in one order.
        """
        waiting, seen = [result], 0
        # A member of a panel belongs to the panel's report; panels nest, and may do so in a circle.
        while waiting and seen < _PANELS:
            found = [one for each in waiting for one in self._reports.get(id(each.resource), [])]
            if found:
                return min(found, key=_report_order)
            waiting = [one for each in waiting[:_PANELS] for one in self.parents_of(each)[:_PANELS]]
            seen += 1
        return None

    def parents_of(self, observation: Held) -> list[Held]:
        """The observations that have it as a member, or that it is derived from."""
        return self._parents.get(id(observation.resource), [])

    def members_of(self, observation: Held) -> list[Held]:
        return self._members.get(id(observation.resource), [])


def _report_order(report: Held) -> tuple[bool, str, str]:
    resource = report.resource
    period = mapping(resource.get("effectivePeriod"))
    at = instant_of(resource.get("effectiveDateTime") or period.get("start") or period.get("end"))
    return (not at, at, text(resource.get("id")) or "")
