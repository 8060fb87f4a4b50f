"""A property that is computed once: without a lock, for a fork may happen at any moment."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Value = TypeVar("Value")


class once(Generic[Value]):
    """What a method returns, computed when it is first asked for, and then an attribute.

    `functools.cached_property` of Python 3.11 has a lock for all instances of a class; a child that
    is forked while another thread holds it would wait for ever. Here two threads may compute the
    same value, and one of them is kept.
    """

    def __init__(self, method: Callable[[Any], Value]) -> None:
        self._method, self.__doc__ = method, method.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> Value: ...
    def __get__(self, instance: object, owner: type | None = None) -> Self | Value:
        if instance is None:
            return self
        return instance.__dict__.setdefault(self._name, self._method(instance))
