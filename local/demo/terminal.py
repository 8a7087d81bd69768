"""A terminal in which the demo types: shows each command and plays it, as a demo user."""

import os
import shlex

from studio_runs_client import Client
from studio_runs_client.cli.app import play


class Terminal:
    """Commands against one local stack."""

    def __init__(self, url: str) -> None:
        self.url = url

    def client(self, user: str) -> Client:
        """The Python client as one of the demo's users."""
        return Client.local(self.url, user)

    def type(self, user: str, *words: str) -> int:
        """Play `runs` with these words; its exit code."""
        print(f"\n$ runs {shlex.join(words)}", flush=True)
        os.environ["STUDIO_RUNS_URL"] = self.url
        return play(["--user", user, *words])

    def note(self, text: str) -> None:
        """What the demo does itself."""
        print(f"# {text}", flush=True)
