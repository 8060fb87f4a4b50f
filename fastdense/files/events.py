"""Event files, which TensorBoard reads: records of protocol buffers with checksums."""

import os
import socket
import struct
import time
from functools import cache


@cache
def _table():
    """Of the Castagnoli checksum, a byte at a time."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


def _checksum(data):
    """CRC-32C, masked as in records of TensorFlow."""
    crc, table = 0xFFFFFFFF, _table()
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _text(field, data):
    return _varint(field << 3 | 2) + _varint(len(data)) + data


class EventFile:
    """Numbers by tag and step.

    Parameters
    ----------
    folder : str
        Made if it is not there.
    """

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        name = f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{os.getpid()}"
        number = 0
        while os.path.exists(path := os.path.join(folder, f"{name}.{number}.v2")):
            number += 1
        self._file = open(path, "wb")
        self._event(_text(3, b"brain.Event:2"))

    def write(self, tag, value, step):
        """One number."""
        number = _varint(2 << 3 | 5) + struct.pack("<f", value)
        summary = _text(1, _text(1, tag.encode()) + number)
        self._event(_varint(2 << 3) + _varint(step) + _text(5, summary))

    def _event(self, content):
        data = _varint(1 << 3 | 1) + struct.pack("<d", time.time()) + content
        length = struct.pack("<Q", len(data))
        self._file.write(length + struct.pack("<I", _checksum(length)))
        self._file.write(data + struct.pack("<I", _checksum(data)))
        self._file.flush()

    def close(self):
        self._file.close()
