"""How the demo prints: aligned, wrapped, without colours that a log would spell out."""

import textwrap
from collections.abc import Sequence

_WIDTH = 108


class Screen:
    """Writes to stdout, a line at a time."""

    def title(self, text: str) -> None:
        print(f"\n{text}\n{'-' * len(text)}", flush=True)

    def line(self, name: str, text: str) -> None:
        print(f"{name:<16} {text}", flush=True)

    def step(self, what: str, detail: str, seconds: float) -> None:
        print(f"  {seconds:6.2f} s  {what:<40} {detail}", flush=True)

    def text(self, text: str) -> None:
        print(textwrap.fill(text, _WIDTH), flush=True)

    def bullets(self, name: str, texts: Sequence[str]) -> None:
        """A named list; nothing for an empty one."""
        if texts:
            print(f"{name}:", flush=True)
        for text in texts:
            print(textwrap.fill(text, _WIDTH, initial_indent="  - ", subsequent_indent="    "), flush=True)
