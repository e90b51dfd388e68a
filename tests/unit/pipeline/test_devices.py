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
    devices.release(GpuClaim(count=1), first)
    assert devices.claim(GpuClaim(count=1)) == first


def test_all_means_every_device_of_the_machine() -> None:
    devices = Devices(["0", "1"])
    one = devices.claim(GpuClaim(count=1))
    assert devices.claim(GpuClaim()) is None
    assert one is not None
    devices.release(GpuClaim(count=1), one)
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
    devices.release(GpuClaim(count=1), grant)
    assert devices.claim(GpuClaim(count=1)) is not None
