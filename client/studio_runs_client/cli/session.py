"""What a command works with: the client that options and environment name, and the screen."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from studio_runs_client.client import Client
from studio_runs_client.tokens import ClientCredentials, GivenToken, LocalTokens, Tokens

_PIPED_WIDTH = 240
AsJson = Annotated[bool, typer.Option("--json", help="Answer JSON instead of a table.")]
RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")]


class Listed(StrEnum):
    """What a list may be asked for: a run's status, or that the service cannot read the run."""

    queued = "queued"
    running = "running"
    waiting = "waiting"
    succeeded = "succeeded"
    failed = "failed"
    cancelled = "cancelled"
    unreadable = "unreadable"


def _console() -> Console:
    """What is piped is not cut to a terminal's width."""
    width = None if sys.stdout.isatty() else _PIPED_WIDTH
    return Console(highlight=False, soft_wrap=True, width=width)


@dataclass
class Session:
    """The options that stand before the command's name."""

    url: str
    token: str | None
    user: str | None
    as_json: bool = False
    screen: Console = field(default_factory=_console)

    @property
    def client(self) -> Client:
        return Client(self.url, self._tokens())

    def _tokens(self) -> Tokens:
        """Given first, then a program's credentials, then a local stack's demo user."""
        if self.token:
            return GivenToken(self.token)
        names = ("STUDIO_RUNS_TOKEN_URL", "STUDIO_RUNS_CLIENT_ID", "STUDIO_RUNS_CLIENT_SECRET")
        found = [os.environ.get(name) for name in names]
        if all(found) and not self.user:
            token_url, client_id, secret = (str(one) for one in found)
            scope = os.environ.get("STUDIO_RUNS_SCOPE")
            return ClientCredentials(token_url, client_id, secret, scope=scope)
        return LocalTokens(self.url, self.user or "clinician")

    def json(self, value: Any) -> None:
        """One JSON document on stdout."""
        print(json.dumps(plain(value), indent=2, ensure_ascii=False))

    def line(self, value: Any) -> None:
        """One JSON document on one line, at once."""
        print(json.dumps(plain(value), ensure_ascii=False), flush=True)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in columns:
            table.add_column(name, overflow="fold", no_wrap=name == "id")
        for row in rows:
            table.add_row(*(_cell(value) for value in row))
        self.screen.print(table, soft_wrap=False)

    def say(self, name: str, value: Any) -> None:
        """One line of a record; nothing for what has no value."""
        if value not in (None, "", [], {}):
            self.screen.print(f"[bold]{name:<16}[/bold] ", end="")
            self.screen.print(_cell(value), markup=False)


def session(context: typer.Context, as_json: bool = False) -> Session:
    """The command's session; JSON where it was asked for before or after the command's name."""
    found: Session = context.find_object(Session) or Session("", None, None)
    found.as_json = found.as_json or as_json
    return found


def plain(value: Any) -> Any:
    """Models as JSON, in the service's own names."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(_cell(one) for one in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if hasattr(value, "strftime"):
        return str(value.strftime("%Y-%m-%d %H:%M:%S"))
    return str(value)
