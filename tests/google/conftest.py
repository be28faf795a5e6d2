"""What the tests of Google share: a small Google on the loopback address."""

from collections.abc import Iterator

import pytest
from loopback_google import LoopbackGoogle, google_serving


@pytest.fixture
def google() -> Iterator[LoopbackGoogle]:
    with google_serving() as google:
        yield google
