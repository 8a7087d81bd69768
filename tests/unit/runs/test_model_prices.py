"""Costs are whole micro-dollars, never under-held, and the table is data that a setting may
replace.
"""

from datetime import date
from typing import Any

import pytest

from shared.records.money import Terms, TokenUsage
from shared.runs.prices import (
    PRICES,
    RETIRED,
    Price,
    cost_microusd,
    highest_cost_microusd,
    parse_price_overrides,
    price_of,
)
from shared.settings import load

DAY = date(2026, 11, 21)
DEFAULT_MODEL = load({}).model_id
SIMPLE = {
    "m": (
        Price(
            date(2026, 1, 1),
            input=3_000_000,
            output=15_000_000,
            cache_read=300_000,
            cache_write=3_750_000,
        ),
    )
}


def test_each_kind_of_token_has_its_rate() -> None:
    usage = TokenUsage(
        input_tokens=1_000, output_tokens=100, cache_read_tokens=10_000, cache_write_tokens=2_000
    )
    assert cost_microusd("m", usage, DAY, SIMPLE) == 3_000 + 1_500 + 3_000 + 7_500


def test_a_fraction_of_a_microdollar_is_rounded_up() -> None:
    assert cost_microusd("m", TokenUsage(cache_read_tokens=1), DAY, SIMPLE) == 1
    assert cost_microusd("m", TokenUsage(), DAY, SIMPLE) == 0


def test_the_highest_cost_covers_whatever_the_call_may_report() -> None:
    highest = highest_cost_microusd("m", 1_000, 500, DAY, SIMPLE)
    for usage in (
        TokenUsage(1_000, 500),
        TokenUsage(0, 500, 0, 1_000),
        TokenUsage(0, 500, 1_000, 0),
    ):
        assert cost_microusd("m", usage, DAY, SIMPLE) <= highest
    # The workspace may be served in the dearer place.
    assert highest == (3_750 + 7_500) * 11 // 10


def test_the_highest_cost_is_of_this_request() -> None:
    """No cache-write price where nothing is cached; 1.1 only where it may be served in the US."""

    def highest(model: str = "m", **more: Any) -> int:
        prices = {**SIMPLE, "claude-x": SIMPLE["m"]}
        return highest_cost_microusd(model, 1_000, 100, DAY, prices, **more)

    assert highest(caches=False, geography="global") == 3_000 + 1_500
    assert highest(caches=True, geography="global") == 3_750 + 1_500
    assert highest(caches=False, geography="us") == highest(caches=False) == 4_950
    assert highest("global.anthropic.claude-x", caches=False) == 4_500
    assert highest("eu.anthropic.claude-x", caches=False) == 4_950
    assert highest("anthropic.claude-x", caches=False) == 4_500


@pytest.mark.parametrize(
    ("model", "terms", "cost"),
    [
        ("m", Terms(), 4_500),
        ("m", Terms(geography="us"), 4_950),
        ("m", Terms(geography="global"), 4_500),
        ("m", Terms(tier="batch"), 2_250),
        ("m", Terms(tier="priority"), 4_500),
        ("us.anthropic.claude-x", Terms(), 4_950),
        ("global.anthropic.claude-x", Terms(), 4_500),
    ],
)
def test_where_and_how_it_was_served_decides_the_price(model: str, terms: Terms, cost: int) -> None:
    prices = {**SIMPLE, "claude-x": SIMPLE["m"]}
    assert cost_microusd(model, TokenUsage(1_000, 100), DAY, prices, terms) == cost


def test_a_cache_kept_for_an_hour_costs_twice_the_input() -> None:
    usage = TokenUsage(cache_write_tokens=1_000)
    assert cost_microusd("m", usage, DAY, SIMPLE, Terms(hour_write_tokens=400)) == 2_250 + 2_400


def test_the_providers_list_of_the_day() -> None:
    def rates(model: str, on: date = DAY) -> tuple[int, ...]:
        price = price_of(model, 1, on)
        return price.input, price.output, price.cache_read, price.cache_write

    assert rates("claude-fable-5-2") == (8_000_000, 40_000_000, 200_000, 10_000_000)
    assert rates("claude-opus-5-5") == (4_000_000, 20_000_000, 200_000, 5_000_000)
    assert rates("claude-sonnet-5-5") == (2_000_000, 10_000_000, 100_000, 2_500_000)
    assert rates("claude-sonnet-5-5", date(2026, 10, 6))[2] == 200_000


def test_a_long_prompts_rate_holds_beside_a_younger_ordinary_one() -> None:
    table = {
        "m": (
            Price(date(2026, 1, 1), 1, 1, 1, 1),
            Price(date(2026, 1, 1), 5, 5, 5, 5, prompt_over=10),
            Price(date(2026, 6, 1), 2, 2, 2, 2),
        )
    }
    assert price_of("m", 11, DAY, table).input == 5


def test_a_price_holds_from_its_day_and_the_first_one_before_it() -> None:
    table = {"m": (Price(date(2026, 1, 1), 1, 1, 1, 1), Price(date(2026, 6, 1), 2, 2, 2, 2))}
    days = [date(2025, 1, 1), date(2026, 5, 31), date(2026, 6, 1), date(2027, 1, 1)]
    assert [price_of("m", 0, day, table).input for day in days] == [1, 1, 2, 2]


def test_long_prompts_have_their_own_rate() -> None:
    assert price_of("claude-haiku-5-5", 100_000, DAY).input == 100_000
    assert price_of("claude-haiku-5-5", 100_001, DAY).input == 500_000
    assert highest_cost_microusd("claude-haiku-5-5", 100_001, 0, DAY) == -(
        -100_001 * 625_000 * 11 // 10_000_000
    )


def test_an_unknown_model_costs_the_dearest_known_rates() -> None:
    unknown = price_of("claude-nobody-9", 1, DAY)
    for name, table in PRICES.items():
        for price in table if name not in RETIRED else ():
            assert unknown.input >= price.input
            assert unknown.output >= price.output
            assert unknown.cache_read >= price.cache_read
            assert unknown.cache_write >= price.cache_write


def test_a_retired_models_rates_are_not_the_dearest_known() -> None:
    assert price_of("claude-nobody-9", 1, date(2026, 12, 1)).output == 50_000_000
    assert price_of("claude-opus-4-1", 1, DAY).output == 75_000_000


@pytest.mark.parametrize(
    "name",
    [
        "claude-opus-4-5-20251101",
        "anthropic.claude-opus-4-5-20251101-v1:0",
        "eu.anthropic.claude-opus-4-5-20251101-v1:0",
        "claude-opus-4-5@20251101",
        "claude-opus-4-5[1m]",
        "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-5-20251101-v1:0",
    ],
)
def test_platform_names_find_their_model(name: str) -> None:
    assert price_of(name, 1, DAY) == PRICES["claude-opus-4-5"][0]


def test_a_longer_name_is_another_model() -> None:
    assert price_of("claude-sonnet-5-5-mini", 1, DAY) == price_of("claude-nobody-9", 1, DAY)


def test_the_default_model_and_all_of_the_table_are_priced_soundly() -> None:
    assert DEFAULT_MODEL in PRICES
    for table in PRICES.values():
        for price in table:
            assert 0 < price.cache_read < price.input < price.cache_write < price.output


def test_overrides_replace_a_models_entries_and_leave_the_rest() -> None:
    text = (
        '{"claude-sonnet-5-5": {"from": "2026-12-01", "input": 2, "output": 10, "cache_read": '
        '0.2, "cache_write": 2.5}}'
    )
    prices = parse_price_overrides(text)
    assert prices[DEFAULT_MODEL] == (
        Price(date(2026, 12, 1), 2_000_000, 10_000_000, 200_000, 2_500_000),
    )
    assert prices["claude-opus-5"] == PRICES["claude-opus-5"]
    assert cost_microusd(DEFAULT_MODEL, TokenUsage(1_000, 100), DAY, prices) == 3_000


def test_an_overriding_model_may_be_new_and_have_several_entries() -> None:
    entry = (
        '{"from": "%s", "input": %s, "output": 9, "cache_read": 1, "cache_write": 5, '
        '"prompt_over": %s}'
    )
    text = f'{{"us.claude-x": [{entry % ("2026-01-01", 3, 0)}, {entry % ("2026-01-01", 6, 1000)}]}}'
    prices = parse_price_overrides(text)
    assert [price_of("claude-x", tokens, DAY, prices).input for tokens in (1_000, 1_001)] == [
        3_000_000,
        6_000_000,
    ]


def test_no_overrides_are_no_change() -> None:
    assert parse_price_overrides("") == PRICES
    assert parse_price_overrides("{}") == PRICES


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[]", "object of models"),
        ("nonsense", "Expecting value"),
        ('{"m": 3}', "prices.m"),
        ('{"m": []}', "prices.m"),
        ('{"m": {"from": "2026-01-01", "input": 1}}', "prices.m.output"),
        (
            '{"m": {"from": "soon", "input": 1, "output": 1, "cache_read": 1, "cache_write": 1}}',
            "prices.m.from",
        ),
        (
            (
                '{"m": {"from": "2026-01-01", "input": -1, "output": 1, "cache_read": 1, '
                '"cache_write": 1}}'
            ),
            "prices.m.input",
        ),
        (
            (
                '{"m": {"from": "2026-01-01", "input": 0.0000001, "output": 1, "cache_read": 1, '
                '"cache_write": 1}}'
            ),
            "finer",
        ),
        (
            (
                '{"m": {"from": "2026-01-01", "input": 1, "output": 1, "cache_read": 1, '
                '"cache_write": 1, "cents": 1}}'
            ),
            "cents",
        ),
        (
            (
                '{"m": {"from": "2026-01-01", "input": 1, "output": 1, "cache_read": 1, '
                '"cache_write": 1, "prompt_over": 5}}'
            ),
            "any size",
        ),
    ],
)
def test_a_bad_override_says_what_is_wrong(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        parse_price_overrides(text)
