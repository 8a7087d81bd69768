"""Money, pauses, numbers, and the service itself."""

from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from studio_runs_client import models
from studio_runs_client.doors.door import Door, read
from studio_runs_client.pages import Pages


class Budgets(Door):
    def list(self) -> Pages[models.Budget]:
        return self._pages(models.Budget, "/budgets", "budgets")

    def set(self, scope: str, limit_usd: float, period: str = "month") -> models.Budget:
        """`scope`: organisation, workflow:NAME or project:ID; `period`: month or total."""
        body = {"limit_usd": limit_usd, "period": period}
        answer = self._transport.call("PUT", f"/budgets/{quote(scope, safe='')}", json=body)
        return read(models.Budget, answer.data["budget"])

    def delete(self, scope: str) -> None:
        self._transport.call("DELETE", f"/budgets/{quote(scope, safe='')}")


class Service(Door):
    def health(self) -> models.Health:
        return read(models.Health, self._get("/health"))

    def invariants(self) -> models.Invariants:
        return read(models.Invariants, self._get("/health/invariants"))

    def profiles(self) -> list[models.Profile]:
        return [read(models.Profile, one) for one in self._get("/profiles")["profiles"]]

    def organisation(self) -> models.OrganisationSettings:
        return read(models.OrganisationSettings, self._get("/organisation")["organisation"])

    def change_organisation(self, **fields: Any) -> models.OrganisationSettings:
        """Of paused_workflows, pause_reason and retention_days, those given; None is one."""
        answer = self._transport.call("PATCH", "/organisation", json=fields)
        return read(models.OrganisationSettings, answer.data["organisation"])

    def stats(
        self, first: date | None = None, last: date | None = None, *, workflow: str | None = None
    ) -> models.StatsData:
        """Runs and cost by day, both days included; and what is open now."""
        query = {"from": first, "to": last, "workflow": workflow}
        return read(models.StatsData, self._transport.call("GET", "/stats", query=query).data)

    def audit(
        self,
        *,
        patient: str | None = None,
        person: str | None = None,
        run: str | None = None,
        first: datetime | None = None,
        before: datetime | None = None,
    ) -> Pages[models.AuditEntry]:
        """Who looked at what, newest first."""
        query = {"patient": patient, "person": person, "run": run, "from": first, "to": before}
        return self._pages(models.AuditEntry, "/audit", "entries", query)
