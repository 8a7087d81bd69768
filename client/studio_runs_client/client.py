"""The client: where the service is, whose token goes along, and its families of routes as
attributes.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx

from studio_runs_client.doors.care import Patients
from studio_runs_client.doors.diagnoses import AssessmentRuns, Diagnoses
from studio_runs_client.doors.many import Bulks, Webhooks
from studio_runs_client.doors.projects import Projects
from studio_runs_client.doors.runs import Runs
from studio_runs_client.doors.service import Budgets, Service
from studio_runs_client.tokens import ClientCredentials, GivenToken, LocalTokens, Tokens
from studio_runs_client.transport import Answer, Retries, Transport

_TIMEOUT = httpx.Timeout(40.0, connect=10.0)
"""An answer may be held for 25 seconds."""


class Client:
    """`token`: a token, a function that gets one, or any `Tokens`. Close it, or use it in a `with`.
    Threads may share it.
    """

    def __init__(
        self,
        url: str,
        token: str | Callable[[], str] | Tokens,
        *,
        retries: Retries | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        tokens = (
            GivenToken(token) if isinstance(token, str) or not hasattr(token, "token") else token
        )
        self._http = http or httpx.Client(timeout=_TIMEOUT)
        self.transport = Transport(url, tokens, http=self._http, retries=retries)
        self.runs = Runs(self.transport)
        self.diagnoses = Diagnoses(self.transport)
        self.assessment_runs = AssessmentRuns(self.transport)
        self.projects = Projects(self.transport)
        self.patients = Patients(self.transport)
        self.bulk = Bulks(self.transport)
        self.webhooks = Webhooks(self.transport)
        self.budgets = Budgets(self.transport)
        self.service = Service(self.transport)

    @classmethod
    def local(
        cls,
        url: str = "http://127.0.0.1:3000",
        user: str = "clinician",
        *,
        retries: Retries | None = None,
    ) -> Self:
        """A client of a local stack, as one of its demo users."""
        return cls(url, LocalTokens(url, user), retries=retries)

    @classmethod
    def machine(
        cls,
        url: str,
        *,
        token_url: str,
        client_id: str,
        client_secret: str,
        scope: str | None = None,
        retries: Retries | None = None,
    ) -> Self:
        """A program's client, by OAuth 2.0 client credentials."""
        tokens = ClientCredentials(token_url, client_id, client_secret, scope=scope)
        return cls(url, tokens, retries=retries)

    def call(self, method: str, path: str, **sent: Any) -> Answer:
        """Any route, with the same retries and errors: for what has no method of its own."""
        return self.transport.call(method, path, **sent)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
