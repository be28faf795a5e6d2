"""Numbers in sentences, rounded as Excel rounds them: a sentence and the cell beside it must not differ."""

from decimal import ROUND_HALF_UP, Decimal


def rate_text(rate: float) -> str:
    """A rate in percent with one digit, such as `6.3%` for 0.0625."""
    return f"{_rounded(Decimal(repr(float(rate))) * 100, 1)}%"


def average_text(value: float, digits: int = 1) -> str:
    """A number with so many digits after the point and commas between thousands."""
    return f"{_rounded(Decimal(repr(float(value))), digits):,}"


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


MOST_SAID = 40  # differences in words; more are counted in one line


def how_many_differ(sentences: int) -> str:
    """How many figures differ, where a sentence says each and those beyond the most have one together."""
    if sentences > MOST_SAID:
        return f"More than {MOST_SAID} figures differ"
    return "One figure differs" if sentences == 1 else f"{sentences} figures differ"
