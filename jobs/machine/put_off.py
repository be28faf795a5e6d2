"""Modules that a library names while it is loaded and hardly ever uses: they are loaded when it does."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def put_off(name: str, *functions: str) -> None:
    """Let `import name` cost nothing until something of the module is used; `functions` are those whose mere mention
    at import time is no use yet. A module that is loaded already stays as it is. One of a package that is not loaded
    yet is found by `from package import name` alone: the package is not loaded for its sake."""
    if name in sys.modules:
        return
    stand_in = sys.modules[name] = _PutOff(name)
    for function in functions:
        setattr(stand_in, function, _when_called(stand_in, function))
    parent, _, child = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], child, stand_in)


class _PutOff(ModuleType):
    """Stands in for a module; whoever asks it for anything gets it from the module itself, then loaded."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def _when_called(module: _PutOff, function: str) -> Any:
    return lambda *given, **named: module.__getattr__(function)(*given, **named)
