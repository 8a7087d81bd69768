"""`make prices`: the document and the table differ in neither direction."""

from tools.prices import DOCUMENT, differences

TEXT = DOCUMENT.read_text("utf-8")
ROW = "| claude-haiku-4-5 | 2025-10-15 | 1 | 5 | 1.25 | 0.10 | |\n"


def test_the_document_and_the_table_agree() -> None:
    assert differences(TEXT) == []


def test_a_row_that_stands_in_one_of_them_only_is_told() -> None:
    [lost] = differences(TEXT.replace(ROW, ""))
    assert lost.startswith("only in prices.py: claude-haiku-4-5")
    [doubled] = differences(TEXT.replace(ROW, ROW * 2))
    assert doubled.startswith("only in docs/prices.md: claude-haiku-4-5")


def test_a_price_that_differs_is_told_from_both_sides() -> None:
    told = differences(TEXT.replace(ROW, ROW.replace("1.25", "1.26")))
    assert [line.partition(":")[0] for line in told] == [
        "only in docs/prices.md",
        "only in prices.py",
    ]


def test_another_day_of_reading_is_told() -> None:
    [told] = differences(TEXT.replace("Read on 2026", "Read on 2025"))
    assert "was not read on" in told
