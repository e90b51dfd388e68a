from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from modelcompose.compose.project import GpuClaim, Project, Service
from modelcompose.errors import PlanError
from modelcompose.pipeline.claims import (
    Claim,
    Ledger,
    claim_of,
    machine_lacks,
    refuse_unmeetable,
)
from modelcompose.pipeline.devices import Devices
from tests.unit.pipeline.making import project, service, step


def using(gpus: GpuClaim | None = None, **uses: int) -> Service:
    return replace(service("load", replace(step(), uses=uses)), gpus=gpus)


def limited(one: Service, **limits: int) -> Project:
    return replace(project(one), limits=limits)


def refusal(one: Service, **limits: int) -> PlanError:
    with pytest.raises(PlanError) as caught:
        refuse_unmeetable(limited(one, **limits), one)
    return caught.value


def test_a_device_reservation_is_a_claim_on_gpu() -> None:
    assert claim_of(using(GpuClaim(count=2))) == Claim(GpuClaim(count=2))


def test_a_step_without_a_reservation_may_claim_gpus_by_number() -> None:
    assert claim_of(using(gpu=1, db=2)) == Claim(GpuClaim(count=1), {"db": 2})


def test_a_claim_above_the_limit_is_refused_by_name() -> None:
    assert refusal(using(db=3), db=2).message == (
        "services.load.x-ml.step.uses: it claims 3 of db, and x-ml.limits has 2"
    )


def test_a_claim_on_gpus_above_the_limit_is_refused_too() -> None:
    told = "it claims 4 of gpu, and x-ml.limits has 2"
    assert told in refusal(using(GpuClaim(count=4)), gpu=2).message
    assert told in refusal(using(gpu=4), gpu=2).message


def test_a_claim_on_something_without_a_limit_is_refused_with_the_line_to_write() -> None:
    error = refusal(using(db=1))
    assert "nothing says how many of db there are" in error.message
    assert error.hint is not None
    assert "x-ml: {limits: {db: 1}}" in error.hint


def test_a_misspelt_limit_names_the_nearest() -> None:
    assert refusal(using(databse=1), database=1).hint == ("did you mean the limit 'database'?")


def test_a_claim_that_the_limits_meet_is_no_error() -> None:
    one = using(GpuClaim(), db=2)
    refuse_unmeetable(limited(one, db=2), one)
    refuse_unmeetable(limited(one, db=2, gpu=1), one)


def test_more_gpus_than_the_machine_has_are_named() -> None:
    devices = Devices(["0"])
    assert machine_lacks("a", Claim(GpuClaim(count=2)), devices) == (
        "services.a: it claims 2 of gpu, and this machine has 1"
    )
    assert machine_lacks("a", Claim(GpuClaim(device_ids=("7",))), devices) == (
        "services.a: it claims gpu 7, and this machine has gpu 0"
    )
    assert machine_lacks("a", Claim(GpuClaim()), devices) is None
    assert machine_lacks("a", Claim(), devices) is None


def test_what_is_short_is_named_with_who_holds_it() -> None:
    ledger = Ledger({"db": 2, "licence": 1}, Devices(["0"]))
    assert ledger.take("a", Claim(amounts={"db": 1}))
    assert ledger.take("b", Claim(GpuClaim(count=1), {"db": 1, "licence": 1}))
    assert ledger.awaited(Claim(amounts={"db": 1})) == "db (held by a, b)"
    assert ledger.awaited(Claim(amounts={"db": 1, "licence": 1})) == (
        "db (held by a, b) and licence (held by b)"
    )
    assert ledger.awaited(Claim(GpuClaim())) == "gpu (held by b)"


def test_a_step_that_must_wait_for_one_thing_holds_no_other() -> None:
    ledger = Ledger({"db": 1, "licence": 1}, Devices([]))
    assert ledger.take("a", Claim(amounts={"db": 1}))
    assert ledger.take("b", Claim(amounts={"licence": 1, "db": 1})) is None
    assert ledger.take("c", Claim(amounts={"licence": 1}))


@given(
    claims=st.lists(
        st.builds(
            Claim,
            gpus=st.none() | st.builds(GpuClaim, count=st.none() | st.integers(1, 3)),
            amounts=st.dictionaries(st.sampled_from(["db", "licence"]), st.integers(0, 2)),
        ),
        max_size=12,
    ),
    ends=st.lists(st.integers(0, 11), max_size=24),
)
def test_nothing_is_ever_overbooked_and_everything_comes_back(
    claims: list[Claim], ends: list[int]
) -> None:
    limits = {"db": 2, "licence": 2}
    ledger = Ledger(limits, Devices(["0", "1", "2"]))
    waiting = {str(number): claim for number, claim in enumerate(claims)}
    held: dict[str, tuple[Claim, tuple[str, ...]]] = {}
    for end in [*ends, *range(12)]:
        for name, claim in list(waiting.items()):
            grant = ledger.take(name, claim)
            if grant is not None:
                held[name] = (waiting.pop(name), grant.device_ids or ())
        for thing, limit in limits.items():
            assert sum(claim.amounts.get(thing, 0) for claim, _ in held.values()) <= limit
        given = [device for _, devices in held.values() for device in devices]
        assert len(given) == len(set(given))
        if str(end) in held:
            ledger.release(str(end))
            del held[str(end)]
        elif held:
            name = next(iter(held))
            ledger.release(name)
            del held[name]
    assert not waiting
