"""What can go wrong at Google, in sentences: what happened, and what a person does about it."""


class GoogleTrouble(Exception):
    """Google could not be used; the text is a sentence for the IT person, without patients' data."""


class SignInNeeded(GoogleTrouble):
    """Google does not let the clinic in: a person must act before anything goes on."""


class Busy(GoogleTrouble):
    """Google has enough for now (quota, 429). The call had no effect."""


class NoAnswer(GoogleTrouble):
    """The answer did not come, or was Google's own failure (5xx). The call may have had its effect."""


class Unreachable(NoAnswer):
    """No connection came about: the call had no effect."""


class Refused(GoogleTrouble):
    """Google did not do it: `status` and `reason` are its own words, such as 404 and notFound."""

    def __init__(self, sentence: str, status: int, reason: str) -> None:
        super().__init__(sentence)
        self.status, self.reason = status, reason
