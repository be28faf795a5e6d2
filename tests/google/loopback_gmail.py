"""Gmail's drafts on the loopback address, as Google documents them.

users.drafts.send: "sends the specified, existing draft"; the draft is deleted as it is sent, so that a second send of
the same draft finds none and answers 404.
"""

import base64
import threading
from email import message_from_bytes
from typing import Any

from loopback_google import Answer, Call, LoopbackGoogle, Script, trouble

DRAFTS = "/gmail/v1/users/me/drafts"


class LoopbackGmail(LoopbackGoogle):
    """Holds `drafts` by their names, and what was `sent`. `before_answer` hears of a call that has had its effect."""

    def __init__(self, script: Script | None = None) -> None:
        super().__init__(script)
        self.drafts: dict[str, bytes] = {}
        self.sent: list[bytes] = []
        self.made = 0
        self.one_at_a_time = threading.Lock()
        self.after: Script = lambda call: None
        self.on("POST", DRAFTS, self._create)
        self.on("GET", DRAFTS, self._list)
        self.on("POST", f"{DRAFTS}/send", self._send)
        self.on("GET", f"{DRAFTS}/([^/]+)", lambda call, name: self._with(name, lambda: self._told(name)))
        self.on("DELETE", f"{DRAFTS}/([^/]+)", lambda call, name: self._with(name, lambda: self._thrown_away(name)))
        self.on("PUT", f"{DRAFTS}/([^/]+)", lambda call, name: self._with(name, lambda: self._keep(name, call)))

    def _thrown_away(self, name: str) -> Answer:
        del self.drafts[name]
        return Answer(204, b"")

    def recipients(self) -> list[str]:
        """Whom the sent mails went to: Gmail reads that from their headers."""
        return [str(message_from_bytes(data)["To"]) for data in self.sent]

    def forget(self) -> None:
        """Begin with an empty mailbox."""
        for kept in (self.drafts, self.sent, self.calls, self.tokens):
            kept.clear()  # type: ignore[attr-defined]

    def _usual(self, call: Call) -> Answer:
        with self.one_at_a_time:
            answer = super()._usual(call)
        return self.after(call) or answer

    def _with(self, name: str, work: Any) -> Answer:
        return work() if name in self.drafts else trouble(404, "notFound")

    def _told(self, name: str) -> Answer:
        return Answer(200, {"id": name, "message": {"id": f"m-{name}"}})

    def _keep(self, name: str, call: Call) -> Answer:
        self.drafts[name] = base64.urlsafe_b64decode(call.body["message"]["raw"])
        return self._told(name)

    def _create(self, call: Call) -> Answer:
        self.made += 1
        return self._keep(f"r-{self.made}", call)

    def _list(self, call: Call) -> Answer:
        wanted = call.query.get("q", "").removeprefix("rfc822msgid:")
        found = [name for name, data in self.drafts.items() if f"<{wanted}>".encode() in data]
        return Answer(200, {"drafts": [{"id": name} for name in found]} if found else {"resultSizeEstimate": 0})

    def _send(self, call: Call) -> Answer:
        return self._with(call.body["id"], lambda: self._gone(call.body["id"]))

    def _gone(self, name: str) -> Answer:
        self.sent.append(self.drafts.pop(name))
        return Answer(200, {"id": f"sent-{len(self.sent)}", "labelIds": ["SENT"]})
