"""Compares docs/prices.md, as it was read from the provider, with shared/runs/prices.py: `make
prices`.
"""

import re
import sys
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from shared.runs.prices import MILLION, PRICES, READ_ON, Price

DOCUMENT = Path(__file__).parents[1] / "docs" / "prices.md"
Row = tuple[str, Price]


def rows(document: str) -> list[Row]:
    """The rows of the document's table: model and price.

    Raises ValueError for one of another form.
    """
    lines = re.findall(r"^\| (claude-.*) \|$", document, re.M)
    return [_row([cell.strip() for cell in line.split("|")]) for line in lines]


def _row(cells: list[str]) -> Row:
    model, since, *rates, over = cells
    input_, output, write, read = (int(Decimal(rate) * MILLION) for rate in rates)
    return model, Price(date.fromisoformat(since), input_, output, read, write, int(over or 0))


def differences(document: str) -> list[str]:
    """What stands in one of the two and not in the other, and a date of reading that differs."""
    told = Counter(rows(document))
    kept = Counter((model, price) for model, prices in PRICES.items() for price in prices)
    found = [f"only in docs/prices.md: {model} {price}" for model, price in told - kept]
    found += [f"only in prices.py: {model} {price}" for model, price in kept - told]
    if f"Read on {READ_ON.isoformat()}" not in document:
        found.append(f"docs/prices.md was not read on {READ_ON.isoformat()}, as prices.py says")
    return found


def main() -> int:
    """0 when both say the same."""
    found = differences(DOCUMENT.read_text("utf-8"))
    print("\n".join(found) or f"docs/prices.md and prices.py agree, read on {READ_ON.isoformat()}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
