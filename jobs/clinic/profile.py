"""Who the clinic is: what its letters say about it, its time zone and its sending hours."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class ClinicProfile:
    """The clinic as patients know it. `id` stands in every table; `zone` is an IANA name."""

    id: str
    name: str
    zone: str
    address: str
    phone: str = ""
    website: str = ""
    booking_url: str = ""
    review_url: str = ""
    greeting_from: str = ""  # who signs, "" : the clinic's name
    holidays: tuple[str, ...] = field(default=())  # 2026-12-25
    __pydantic_config__ = {"extra": "forbid"}

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)
