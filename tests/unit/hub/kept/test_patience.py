from __future__ import annotations

import pytest

from modelcompose.errors import UsageError
from modelcompose.hub.kept.patience import DEFAULT_S, Patience, patience_s


def test_it_ends_when_nothing_has_needed_it_for_long_enough() -> None:
    patience = Patience(60, now=0)
    assert not patience.is_over(is_needed=False, now=59)
    assert patience.is_over(is_needed=False, now=60)


def test_a_need_begins_the_wait_anew() -> None:
    patience = Patience(60, now=0)
    assert not patience.is_over(is_needed=True, now=50)
    assert not patience.is_over(is_needed=False, now=109)
    assert patience.is_over(is_needed=False, now=110)


def test_where_nobody_can_tell_it_stays_longer_but_not_for_ever() -> None:
    patience = Patience(60, now=0)
    assert not patience.is_over(is_needed=None, now=599)
    assert patience.is_over(is_needed=None, now=600)


def test_how_long_is_a_duration() -> None:
    assert patience_s(None) == patience_s("") == DEFAULT_S
    assert patience_s("1m30s") == 90
    with pytest.raises(UsageError, match="MODELCOMPOSE_HUB_PATIENCE"):
        patience_s("soon")
