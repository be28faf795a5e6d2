"""A Google calendar on the loopback address: pages, sync tokens and 410 as Google's documentation describes them."""

from dataclasses import dataclass, field
from typing import Any

from loopback_google import Answer, Call, LoopbackGoogle, trouble

PATH = "/calendar/v3/calendars/([^/]+)/events"
_NOT_WITH_A_TOKEN = ("timeMin", "timeMax", "updatedMin", "q", "orderBy", "iCalUID")


def event(number: int, start: str = "2025-08-11T09:00:00-07:00", title: str = "", **more: Any) -> dict[str, Any]:
    """An entry of one hour; `number` makes its id, its title and its guest."""
    name = f"Mira Made{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676)}"
    told = {"id": f"e{number}", "status": "confirmed", "summary": title or f"PT - {name} (back)"}
    told |= {"start": {"dateTime": start}, "end": {"dateTime": start.replace(":00:00", ":45:00")}}
    told |= {"created": "2025-08-01T12:00:00Z", "attendees": [{"email": f"mira{number}@patient.example"}]}
    return told | more


@dataclass
class MadeUpCalendar:
    """Entries, in the order in which they last changed; a sync token is the number of changes so far."""

    google: LoopbackGoogle
    changes: list[dict[str, Any]] = field(default_factory=list)
    on_a_page: int = 250
    forgotten: int = 0  # tokens up to this one are gone (410)

    def __post_init__(self) -> None:
        self.google.on("GET", PATH, self._list)

    def put(self, *entries: dict[str, Any]) -> None:
        self.changes += entries

    def delete(self, event_id: str) -> None:
        """What Google keeps of an entry that was deleted."""
        self.changes.append({"id": event_id, "status": "cancelled"})

    def _list(self, call: Call, calendar: str) -> Answer:
        if calendar != "studio%40group.calendar.google.com":
            return trouble(404, "notFound")
        query, token = call.query, call.query.get("syncToken")
        if token and any(name in query for name in _NOT_WITH_A_TOKEN):
            return trouble(400, "badRequest")
        if token and int(token.removeprefix("token-")) <= self.forgotten:
            return trouble(410, "fullSyncRequired")
        since = int(token.removeprefix("token-")) if token else 0
        newest = {entry["id"]: entry for entry in self.changes[since:]}
        found = [entry for entry in newest.values() if token or self._in_window(entry, query)]
        first = int(query.get("pageToken", "page-0").removeprefix("page-"))
        page = found[first : first + self.on_a_page]
        more = first + self.on_a_page < len(found)
        ending = {"nextPageToken": f"page-{first + self.on_a_page}"} if more else self._sync_token()
        return Answer(200, {"items": page, **ending})

    def _sync_token(self) -> dict[str, str]:
        return {"nextSyncToken": f"token-{len(self.changes)}"}

    @staticmethod
    def _in_window(entry: dict[str, Any], query: dict[str, str]) -> bool:
        start = entry.get("start", {}).get("dateTime", "")
        return not start or query.get("timeMin", "")[:10] <= start[:10] < query.get("timeMax", "9999")[:10]
