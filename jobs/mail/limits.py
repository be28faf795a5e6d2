"""How many letters may leave: the day's quota, and the brake on a run that is far larger than usual."""

from collections.abc import Sequence


def allowed_now(sent_today: int, quota: int) -> int:
    """How many more letters may leave today. `sent_today` counts the unknown ones too: they may have left."""
    return max(0, quota - sent_today)


def brake(planned: int, usual: Sequence[int], multiple: float, floor: int) -> str | None:
    """Say why a run of `planned` letters must not start, or None if it may.

    `usual` holds the letters sent by earlier runs that sent any. The limit is `multiple` times their median, at least
    `floor`. Without earlier runs there is nothing usual, hence no brake.
    """
    if not usual or planned <= floor:
        return None
    from statistics import median  # seldom needed, and takes its time to load

    middle = median(usual)
    limit = max(floor, int(multiple * middle))
    if planned <= limit:
        return None
    return (
        f"This run would send {planned} letters; usual are {middle:g}, and the limit is {limit} "
        f"(brake_multiple {multiple:g}, brake_floor {floor}). Nothing was sent. "
        f"Look at the forecast; if the number is right, write brake_floor: {planned} in config/clinic.yaml for one run."
    )
