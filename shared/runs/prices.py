"""What a model call costs: dated prices, and whole micro-dollars from token counts. Pure data and
arithmetic.

Knows no clock (the caller says on which day) and no settings (the caller hands in what it read).
Prices are data that age: `make prices` holds this table against docs/prices.md, which names its
source and date; a deployment overrides it by a setting (`parse_price_overrides`) rather than wait
for a release. A model that the table does not know costs, component by component, the dearest rate
of the models that can still be called, so that a budget is never under-held.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from shared.records.money import PLAIN_TERMS, Terms, TokenUsage

MILLION = 1_000_000
READ_ON = date(2026, 11, 29)
"""When this table was last held against the provider's own list."""

# What platforms put around a model's name: a region and a vendor before it, a date, a version or
# a context mark behind.
_SUFFIX = re.compile(r"(-20\d{6})?(-v\d+(:\d+)?|@20\d{6})?(\[1m\])?$")
_REGION = re.compile(r"(?:^|/)([a-z]{2,6})\.anthropic\.")
_RATES = ("input", "output", "cache_read", "cache_write")


@dataclass(frozen=True, slots=True)
class Price:
    """Micro-dollars for a million tokens of each kind, from `effective` on.

    `cache_write` is the five-minute cache's. `prompt_over`: the rate of prompts of more than this
    many tokens, as some models charge long prompts more.
    """

    effective: date
    input: int
    output: int
    cache_read: int
    cache_write: int
    prompt_over: int = 0


PriceTable = Mapping[str, tuple[Price, ...]]


def _price(effective: str, *dollars: str, prompt_over: int = 0) -> Price:
    """Dollars for a million tokens: input, output, cache read, cache write."""
    input_, output, cache_read, cache_write = (int(Decimal(rate) * MILLION) for rate in dollars)
    return Price(
        date.fromisoformat(effective), input_, output, cache_read, cache_write, prompt_over
    )


PRICES: PriceTable = {
    # A model's first date is nominal: its first price holds before it, too.
    "claude-fable-5-2": (_price("2026-11-09", "8", "40", "0.20", "10"),),
    "claude-fable-5-1": (_price("2026-09-01", "10", "50", "0.25", "12.50"),),
    "claude-fable-5": (_price("2026-06-09", "10", "50", "1", "12.50"),),
    "claude-opus-5-5": (_price("2026-09-01", "4", "20", "0.20", "5"),),
    "claude-opus-5": (_price("2026-07-24", "5", "25", "0.50", "6.25"),),
    "claude-opus-4-8": (_price("2026-05-01", "5", "25", "0.50", "6.25"),),
    "claude-opus-4-7": (_price("2026-04-01", "5", "25", "0.50", "6.25"),),
    "claude-opus-4-6": (_price("2026-02-01", "5", "25", "0.50", "6.25"),),
    "claude-opus-4-5": (_price("2025-11-01", "5", "25", "0.50", "6.25"),),
    "claude-opus-4-1": (_price("2025-08-05", "15", "75", "1.50", "18.75"),),
    "claude-sonnet-5-5": (
        _price("2026-09-01", "2", "10", "0.20", "2.50"),
        _price("2026-10-07", "2", "10", "0.10", "2.50"),
    ),
    "claude-sonnet-5": (_price("2026-06-30", "2", "10", "0.20", "2.50"),),
    "claude-sonnet-4-6": (_price("2026-02-01", "3", "15", "0.30", "3.75"),),
    "claude-sonnet-4-5": (
        _price("2025-09-29", "3", "15", "0.30", "3.75"),
        _price("2025-09-29", "6", "22.50", "0.60", "7.50", prompt_over=200_000),
    ),
    "claude-haiku-5-5": (
        _price("2026-10-07", "0.10", "0.50", "0.01", "0.125"),
        _price("2026-10-07", "0.50", "2.50", "0.05", "0.625", prompt_over=100_000),
    ),
    "claude-haiku-4-5": (_price("2025-10-15", "1", "5", "0.10", "1.25"),),
}

RETIRED: Mapping[str, date] = {
    "claude-opus-4-1": date(2026, 8, 5),
    "claude-sonnet-4-5": date(2026, 11, 30),
}
"""From when on a model cannot be called. Its prices stay, for what was bought of it."""

_DEARER_PLACES = frozenset({"us"})


def age_days(now_ms: int) -> int:
    """How many days ago this table was held against the provider's list."""
    return max(0, (datetime.fromtimestamp(now_ms / 1_000, UTC).date() - READ_ON).days)


def cost_microusd(
    model: str,
    usage: TokenUsage,
    on: date,
    prices: PriceTable = PRICES,
    terms: Terms = PLAIN_TERMS,
) -> int:
    """What this usage cost on that day, rounded up to a whole micro-dollar."""
    prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    price = price_of(model, prompt, on, prices)
    kept_an_hour = min(terms.hour_write_tokens, usage.cache_write_tokens)
    cost = (
        usage.input_tokens * price.input
        + usage.output_tokens * price.output
        + usage.cache_read_tokens * price.cache_read
        + (usage.cache_write_tokens - kept_an_hour) * price.cache_write
        + kept_an_hour * 2 * price.input
    )
    tenths = 11 if _costs_a_tenth_more(model, terms.geography) else 10
    return _ceil_div(cost * tenths, 10 * MILLION * (2 if terms.tier == "batch" else 1))


def highest_cost_microusd(
    model: str,
    input_tokens: int,
    max_output_tokens: int,
    on: date,
    prices: PriceTable = PRICES,
    *,
    caches: bool = True,
    geography: str | None = None,
) -> int:
    """The most that a call can cost: its output full, and where it `caches`, every input token
    written to the cache.

    `geography`: where it must be served; with None the workspace decides, which may mean the dearer
    place.
    """
    price = price_of(model, input_tokens, on, prices)
    rate = max(price.input, price.cache_write) if caches else price.input
    cost = input_tokens * rate + max_output_tokens * price.output
    tenths = 11 if _costs_a_tenth_more(model, geography or _place_that_may_be(model)) else 10
    return _ceil_div(cost * tenths, 10 * MILLION)


def most_after(
    model: str,
    heard: TokenUsage,
    max_output_tokens: int,
    on: date,
    prices: PriceTable = PRICES,
    terms: Terms = PLAIN_TERMS,
) -> int:
    """The most that a call can cost whose stream broke off after it had said what its input was."""
    whole = replace(heard, output_tokens=max(heard.output_tokens, max_output_tokens))
    where = terms.geography or _place_that_may_be(model)
    return cost_microusd(model, whole, on, prices, replace(terms, geography=where))


def _costs_a_tenth_more(model: str, geography: str | None) -> bool:
    """US inference, and a platform's profile that is bound to one region."""
    region = _REGION.search(model)
    if region:
        return region.group(1) != "global"
    return geography in _DEARER_PLACES


def _place_that_may_be(model: str) -> str:
    """The dearer place, unless the name says that a platform serves it: there the name alone
    decides.
    """
    return "" if "anthropic." in model else "us"


def price_of(model: str, prompt_tokens: int, on: date, prices: PriceTable = PRICES) -> Price:
    """The price of that day for a prompt of that size. Before a model's first date, its first price
    holds.
    """
    known = prices.get(_plain_name(model))
    if not known:
        return _dearest(
            price
            for name, table in prices.items()
            if on < RETIRED.get(name, date.max)
            for price in table
        )
    first = min(price.effective for price in known)
    day = max(on, first)
    fitting = [
        price
        for price in known
        if price.effective <= day and (price.prompt_over == 0 or price.prompt_over < prompt_tokens)
    ]
    return (
        # A long prompt's rate holds whatever day it is from, also when the ordinary one is younger.
        max(fitting, key=lambda price: (price.prompt_over, price.effective))
        if fitting
        else _dearest(known)
    )


def parse_price_overrides(json_text: str, base: PriceTable = PRICES) -> PriceTable:
    """The table with some models' entries replaced, from a setting's JSON; an empty text changes
    nothing.

    `{"MODEL": [{"from": "2026-09-01", "input": 2, "output": 10, "cache_read": 0.2, "cache_write":
    2.5, "prompt_over": 0}]}`, in dollars for a million tokens; a single object may stand for its
    list. Raises ValueError that names what is wrong.
    """
    if not json_text.strip():
        return base
    parsed = json.loads(json_text, parse_float=Decimal)
    _require(isinstance(parsed, dict), "prices: expected an object of models")
    return {
        **base,
        **{_plain_name(model): _parse_entries(model, entries) for model, entries in parsed.items()},
    }


def _parse_entries(model: str, entries: Any) -> tuple[Price, ...]:
    listed = entries if isinstance(entries, list) else [entries]
    prices = tuple(_parse_entry(f"prices.{model}", entry) for entry in listed)
    _require(
        any(price.prompt_over == 0 for price in prices),
        f"prices.{model}: needs an entry for prompts of any size",
    )
    return prices


def _parse_entry(where: str, entry: Any) -> Price:
    _require(isinstance(entry, dict), f"{where}: expected an object")
    unknown = set(entry) - {"from", "prompt_over", *_RATES}
    _require(not unknown, f"{where}: unknown {', '.join(sorted(unknown))}")
    input_, output, cache_read, cache_write = (
        _parse_amount(f"{where}.{name}", entry.get(name)) for name in _RATES
    )
    over = entry.get("prompt_over", 0)
    _require(
        type(over) is int and over >= 0, f"{where}.prompt_over: expected a whole number of tokens"
    )
    return Price(
        _parse_date(f"{where}.from", entry.get("from")),
        input_,
        output,
        cache_read,
        cache_write,
        over,
    )


def _parse_amount(where: str, value: Any) -> int:
    _require(
        type(value) in (int, Decimal) and value >= 0,
        f"{where}: expected dollars for a million tokens",
    )
    micro = Decimal(value) * MILLION
    _require(micro == int(micro), f"{where}: finer than a micro-dollar")
    return int(micro)


def _parse_date(where: str, value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as exc:
        raise ValueError(f"{where}: expected a date, as 2026-09-01") from exc


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise ValueError(complaint)


def _plain_name(model: str) -> str:
    """`eu.anthropic.claude-opus-4-5-20251101-v1:0` is `claude-opus-4-5`; a name without `claude-`
    stays as it is.
    """
    at = model.rfind("claude-")
    return _SUFFIX.sub("", model[at:] if at >= 0 else model)


def _dearest(prices: Iterable[Price]) -> Price:
    known = list(prices)
    return Price(
        date.min,
        max(price.input for price in known),
        max(price.output for price in known),
        max(price.cache_read for price in known),
        max(price.cache_write for price in known),
    )


def _ceil_div(whole: int, part: int) -> int:
    return -(-whole // part)
