from __future__ import annotations

from modelcompose.compose.project import GpuClaim
from modelcompose.pipeline.devices import Devices


def test_no_device_is_given_twice_until_it_is_released() -> None:
    devices = Devices(["0", "1"])
    first = devices.claim(GpuClaim(count=1))
    second = devices.claim(GpuClaim(count=1))
    assert first is not None
    assert second is not None
    assert {*(first.device_ids or ()), *(second.device_ids or ())} == {"0", "1"}
    assert devices.claim(GpuClaim(count=1)) is None
    devices.release(first)
    assert devices.claim(GpuClaim(count=1)) == first


def test_all_means_every_device_of_the_machine() -> None:
    devices = Devices(["0", "1"])
    one = devices.claim(GpuClaim(count=1))
    assert devices.claim(GpuClaim()) is None
    assert one is not None
    devices.release(one)
    everything = devices.claim(GpuClaim())
    assert everything is not None
    assert everything.device_ids == ("0", "1")


def test_named_devices_are_given_by_name() -> None:
    devices = Devices(["0", "1"])
    assert devices.claim(GpuClaim(device_ids=("1",))) is not None
    assert devices.claim(GpuClaim(device_ids=("1",))) is None
    assert devices.claim(GpuClaim(device_ids=("0",))) is not None


def test_a_claim_that_the_machine_can_never_meet_is_told() -> None:
    devices = Devices(["0"])
    assert not devices.can_ever(GpuClaim(count=2))
    assert not devices.can_ever(GpuClaim(device_ids=("7",)))
    assert devices.can_ever(GpuClaim(count=1))
    assert devices.can_ever(None)


def test_where_devices_cannot_be_told_one_claiming_step_goes_at_a_time() -> None:
    devices = Devices([])
    grant = devices.claim(GpuClaim(count=1))
    assert grant is not None
    assert grant.device_ids is None
    assert devices.claim(GpuClaim(count=1)) is None
    assert devices.claim(None) is not None
    devices.release(grant)
    assert devices.claim(GpuClaim(count=1)) is not None


def test_a_limit_bounds_how_many_are_held_at_once() -> None:
    devices = Devices(["0", "1", "2"], limit=2)
    assert devices.claim(GpuClaim(count=1)) is not None
    second = devices.claim(GpuClaim(count=1))
    assert second is not None
    assert devices.claim(GpuClaim(count=1)) is None
    devices.release(second)
    assert devices.claim(GpuClaim(device_ids=("2",))) is not None


def test_all_means_as_many_as_the_limit_allows() -> None:
    grant = Devices(["0", "1", "2"], limit=2).claim(GpuClaim())
    assert grant is not None
    assert grant.device_ids == ("0", "1")


def test_a_limit_says_how_many_there_are_where_devices_cannot_be_told() -> None:
    devices = Devices([], limit=2)
    first, second = (devices.claim(GpuClaim(count=1)) for _ in range(2))
    assert first == second
    assert first is not None
    assert first.device_ids is None
    assert devices.claim(GpuClaim(count=1)) is None
    assert not devices.can_ever(GpuClaim(count=3))


def test_a_limit_of_none_meets_no_claim() -> None:
    assert not Devices(["0"], limit=0).can_ever(GpuClaim())
    assert Devices(["0"], limit=0).can_ever(None)
