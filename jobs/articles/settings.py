"""Where the clinic's blog is, and how its articles come into the list."""

from dataclasses import dataclass

from jobs.clinic.profile import is_web_address


@dataclass(frozen=True, eq=False, repr=False)
class ArticleSettings:
    """The part `articles:` of config/clinic.yaml."""

    blog: tuple[str, ...] = ()  # feeds, sitemaps, WordPress addresses, pages of the blog, or folders of saved pages
    only: str = ""  # addresses that hold this, such as /blog/
    confirm: bool = True  # a proposed article waits for the office manager's yes
    pages_at_once: int = 40  # pages that one run asks for
    pause_seconds: float = 1.0  # between two of them
    own_network: bool = False  # the blog stands within the clinic's own network
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        for place in self.blog:
            if not place.strip():
                raise ValueError("blog holds an empty line; write an address with https://, or a folder.")
            if place.casefold().startswith(("http:", "https:")) and not is_web_address(place):
                raise ValueError(f'blog "{place}" is no web address; copy it from the browser.')
            if place.casefold().startswith("www."):
                raise ValueError(f'blog "{place}" lacks its beginning. Did you mean "https://{place}"?')
        if not 1 <= self.pages_at_once <= 500:
            raise ValueError(f"pages_at_once is {self.pages_at_once}; write a number from 1 to 500.")
        if not 0 <= self.pause_seconds <= 60:
            raise ValueError(f"pause_seconds is {self.pause_seconds:g}; write a number from 0 to 60.")
