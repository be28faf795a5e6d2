"""How many letters may leave: the day's quota, and the brake on a run that is far larger than usual."""

from collections.abc import Sequence


def allowed_now(sent_today: int, quota: int) -> int:
    """How many more letters may leave today. `sent_today` counts the unknown ones too: they may have left."""
    return max(0, quota - sent_today)


def beyond_usual(planned: int, usual: Sequence[int], multiple: float, floor: int) -> str:
    """Say how a run of `planned` letters is far larger than usual, or "" where it is not.

    `usual` holds the letters sent by earlier runs that sent any. The limit is `multiple` times their median, at least
    `floor`. Without earlier runs there is nothing usual, hence no brake.
    """
    if not usual or planned <= floor:
        return ""
    from statistics import median  # seldom needed, and takes its time to load

    middle = median(usual)
    limit = max(floor, int(multiple * middle))
    if planned <= limit:
        return ""
    return (
        f"{planned} letters; usual are {middle:g}, and the limit is {limit} "
        f"(brake_multiple {multiple:g}, brake_floor {floor})"
    )


def brake(planned: int, beyond: str) -> str:
    """Why a run does not start that is `beyond` the usual, and what to do."""
    return f"This run would send {beyond}. Nothing was sent. Look at the forecast; {let_it_go(planned)}"


def let_it_go(planned: int) -> str:
    """What lets so many letters leave at once."""
    return f"if the number is right, write brake_floor: {planned} in config/clinic.yaml for one run."
