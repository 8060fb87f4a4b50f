"""What programs ask about devices: there is the processor."""


def list_physical_devices(kind=None):
    """None but the processor."""
    return [] if kind not in (None, "CPU") else ["CPU:0"]


class experimental:
    list_physical_devices = staticmethod(list_physical_devices)

    @staticmethod
    def set_memory_growth(device, enable):
        """There is nothing to set."""


def set_visible_devices(devices, device_type=None):
    """There is nothing to choose."""


class threading:
    @staticmethod
    def set_inter_op_parallelism_threads(count):
        """The engine decides by itself."""

    @staticmethod
    def set_intra_op_parallelism_threads(count):
        """The engine decides by itself."""
