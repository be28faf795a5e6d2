"""Who the clinic is at Google: the `google:` part of config/clinic.yaml."""

import re
from dataclasses import dataclass

_ENDPOINT = re.compile(r"https://[!-~]+|http://(127\.0\.0\.1|localhost)(:\d+)?/?")


@dataclass(frozen=True, eq=False, repr=False)
class Google:
    """One of two ways to sign in. With a service account Google Workspace lets it act for a mailbox; with a client of
    an installed app a person signs in once in the browser (`run_jobs.py google sign-in`)."""

    service_account_file: str = ""  # the key that Google made for the service account (JSON)
    act_for: str = ""  # the mailbox that it acts for; the sender if empty
    client_file: str = ""  # the OAuth client of an installed app (JSON); its token is kept in the state folder
    call_seconds: float = 60  # how long one call may take
    run_seconds: float = 7200  # how long letters may take together
    endpoint: str = ""  # another address for the services, for trying them out; Google's own if empty
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if self.service_account_file and self.client_file:
            raise ValueError("service_account_file and client_file are two ways to sign in. Keep one.")
        for name in ("call", "run"):
            if not getattr(self, f"{name}_seconds") > 0:
                raise ValueError(f"{name}_seconds must be more than 0.")
        if self.endpoint and not _ENDPOINT.fullmatch(self.endpoint):
            raise ValueError(f'endpoint is "{self.endpoint}"; it must begin with https://. Leave it empty for Google.')

    @property
    def configured(self) -> bool:
        return bool(self.service_account_file or self.client_file)
