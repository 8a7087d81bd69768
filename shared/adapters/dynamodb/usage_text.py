"""What model calls took and cost, as one short text: the form in which items hold a Usage."""

from shared.records.money import TokenUsage, Usage

_FAMILY = "claude-"


def usage_text(usage: Usage) -> str:
    """Twelve fields joined by spaces, nothing for a 0, the model last, without its family's name;
    empty for no usage at all.
    """
    if usage == Usage():
        return ""
    t = usage.tokens
    numbers = (
        *(usage.calls, usage.lost_calls, usage.reused_calls),
        *(t.input_tokens, t.output_tokens, t.thinking_tokens),
        *(t.cache_read_tokens, t.cache_write_tokens),
        *(usage.cost, usage.uncertain, usage.saved),
    )
    model = usage.model or ""
    short = model.replace(_FAMILY, "~", 1) if model.startswith(_FAMILY) else model
    return " ".join([*(str(n or "") for n in numbers), short])


def usage_from(text: str | None) -> Usage:
    """The usage that `usage_text` wrote. Raises ValueError for any other text."""
    if not text:
        return Usage()
    *numbers, model = text.split(" ", 11)
    calls, lost, reused, i, o, thinking, cr, cw, cost, uncertain, saved = (
        int(number or 0) for number in numbers
    )
    return Usage(
        model=(_FAMILY + model[1:] if model.startswith("~") else model) or None,
        calls=calls,
        lost_calls=lost,
        reused_calls=reused,
        tokens=TokenUsage(i, o, cr, cw, thinking),
        cost=cost,
        uncertain=uncertain,
        saved=saved,
    )
