"""Regular expressions that wait to be compiled: a run loads hundreds of them, in several processes, and uses few."""

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """The same as `re.compile`, but compiled, and found faulty, only when it is first used. The functions of `re` do
    not take it: use its methods."""
    return cast("re.Pattern[str]", _Waiting(text, flags))


class _Waiting:
    """Stands in for a pattern; once used, its methods are those of the compiled one."""

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # asked by who looks at it, such as `copy`
            raise AttributeError(name)
        compiled = re.compile(self._text, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
