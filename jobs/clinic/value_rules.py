"""How the values of one source are meant: what the front desk of one clinic types as another would not."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs.clinic.records import STATUSES
from jobs.clinic.zones import zone_named

ORDERS = {"mdy": "month/day/year", "dmy": "day/month/year", "ymd": "year/month/day"}
"""The orders in which a source may write its dates, in words."""


@dataclass(frozen=True, eq=False, repr=False)
class ValueRules:
    """How the values of one source are meant. `zone` is the clinic's: its days are the days of every appointment."""

    zone: str
    date_order: str = "mdy"  # "": nobody said, and a date that could be read in two ways is a problem
    statuses: Mapping[str, str] = field(default_factory=dict)  # the clinic's own spelling -> our status
    kinds: Mapping[str, str] = field(default_factory=dict)  # the clinic's own types -> our steps
    title_pattern: str = ""
    prefix: str = ""  # the source's name: two sources never share an appointment's key
    source_zone: str = ""  # of times without an offset; "" : the clinic's
    today: str = ""  # visits before it are over
    own: tuple[str, ...] = ()  # the clinic's addresses, as `own_addresses` gives them: no patient's

    def __post_init__(self) -> None:
        for zone in filter(None, (self.zone, self.source_zone)):
            if zone_named(zone) is None:
                raise ValueError(f'"{zone}" is no time zone. Write one such as America/New_York.')
        if self.date_order and self.date_order not in ORDERS:
            raise ValueError(f'date_order "{self.date_order}" is none of {", ".join(ORDERS)}.')
        for spelling, status in self.statuses.items():
            if status not in STATUSES:
                raise ValueError(f'The status "{spelling}" cannot mean "{status}". Use one of {", ".join(STATUSES)}.')
