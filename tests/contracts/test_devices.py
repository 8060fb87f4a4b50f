"""Every device supplies what is asked of one."""

import inspect

import pytest

from fastdense import devices


@pytest.mark.parametrize("name", devices.names())
def test_a_device_supplies_what_is_asked_of_one(name):
    device, cpu = devices.device_of(name), devices.device_of("cpu")
    for function in cpu.__all__:
        assert function in devices.__doc__, f"{function} is not described"
        assert callable(getattr(device, function)), f"{name} has no {function}"
        if inspect.isfunction(getattr(cpu, function)):
            ours, theirs = (inspect.signature(getattr(d, function)) for d in (device, cpu))
            assert [*ours.parameters] == [*theirs.parameters], function
