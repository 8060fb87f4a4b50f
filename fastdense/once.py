"""A property that is computed once: without a lock, for a fork may happen at any moment."""


class once:
    """What a method returns, computed when it is first asked for, and then an attribute.

    `functools.cached_property` of Python 3.11 has a lock for all instances of a class; a child that
    is forked while another thread holds it would wait for ever. Here two threads may compute the
    same value, and one of them is kept.
    """

    def __init__(self, method):
        self._method, self.__doc__ = method, method.__doc__

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return instance.__dict__.setdefault(self._name, self._method(instance))
