"""Segments of other software, laid out as field-guide.md §3 has it: known by their bytes, and their values are numpy's."""
import ctypes
import json
import os
import struct
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests", "support"))
from cli import Directory, main, test

MAGIC = b"[SharedArray]".ljust(16, b"\0")


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def metadata(array, dims_max, item_size):
    sizes = [array.nbytes, array.dtype.num, *([array.itemsize] if item_size else []), array.ndim]
    dims = [*array.shape, *([0] * (dims_max - array.ndim))]
    return MAGIC + struct.pack(f"=Q{len(sizes) - 1}i{dims_max}q", *sizes, *dims)


# Each generation of SharedArray, as it lays an array out.
GENERATIONS = {
    "3.1 numpy 1": lambda a: a.tobytes() + metadata(a, 32, True),
    "3.1 numpy 2": lambda a: a.tobytes() + metadata(a, 64, True),
    "2.0": lambda a: a.tobytes() + metadata(a, 32, False),
    "0.4": lambda a: a.tobytes() + metadata(a, 16, False),
    "0.3": lambda a: metadata(a, 16, False) + a.tobytes(),
}


class Image(ctypes.Structure):
    """IMAGE_METADATA of ImageStreamIO 2.00."""
    _fields_ = [
        ("version", ctypes.c_char * 32), ("name", ctypes.c_char * 80), ("naxis", ctypes.c_uint8),
        ("size", ctypes.c_uint32 * 3), ("nelement", ctypes.c_uint64), ("datatype", ctypes.c_uint8),
        ("imagetype", ctypes.c_uint64), ("times", ctypes.c_int64 * 8), ("creator", ctypes.c_int32),
        ("owner", ctypes.c_int32), ("shared", ctypes.c_uint8), ("inode", ctypes.c_uint64), ("location", ctypes.c_int8),
        ("status", ctypes.c_uint8), ("flag", ctypes.c_uint64), ("logflag", ctypes.c_uint8), ("sem", ctypes.c_uint16),
        ("traces", ctypes.c_uint16), ("cnt", ctypes.c_uint64 * 3), ("write", ctypes.c_uint8), ("keywords", ctypes.c_uint16),
        ("cb_size", ctypes.c_uint32), ("cb_index", ctypes.c_uint32), ("cb_cycle", ctypes.c_uint64),
        ("bytes", ctypes.c_uint64), ("cuda", ctypes.c_char * 64),
    ]


IMAGE_TYPES = {np.dtype(t): n for n, t in enumerate("u1 i1 u2 i2 u4 i4 u8 i8 f4 f8 c8 c16 f2".split(), 1)}


def image(array, creator):
    md = Image(version=b"2.00", name=b"frames", naxis=array.ndim, nelement=array.size, datatype=IMAGE_TYPES[array.dtype],
               creator=creator, location=-1, bytes=array.nbytes)
    for axis, length in enumerate(reversed(array.shape)):
        md.size[axis] = length
    assert ctypes.sizeof(md) == 384
    return bytes(md) + array.tobytes() + bytes(1000)


def row(d, name):
    return next(s for s in d.expect(0, "list", "--json").json()["segments"] if s["name"] == name)


def values(array):
    if array.dtype.kind == "c":
        return np.stack([array.real, array.imag], -1).tolist()
    return array.tolist()


@test
def every_generation_of_sharedarray_is_read():
    with Directory() as d:
        for generation, layout in GENERATIONS.items():
            for dtype in "b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 c8 c16".split():
                array = (np.arange(24).reshape(2, 3, 4) % 100).astype(dtype)
                write(d / "a", layout(array))
                segment = row(d, "a")
                assert (segment["layout"], segment["damaged"]) == ("sharedarray", None), (generation, dtype, segment)
                assert (segment["dtype"], segment["shape"], segment["order"]) == (array.dtype.str, [2, 3, 4], "C"), segment
                assert segment["producer"] == "sharedarray"
                if dtype in ("f2", "c8", "i8"):
                    shown = json.loads(d.expect(0, "show", "a", "--format", "json").out)
                    assert shown == values(array), (generation, dtype)


@test
def a_sharedarray_whose_numbers_disagree_is_damaged():
    with Directory() as d:
        array = np.zeros((3, 4), "f8")
        whole = array.tobytes() + metadata(array, 32, True)
        write(d / "cut", whole[8:])  # a byte count too many
        write(d / "object", array.tobytes() + MAGIC + struct.pack("=Q3i32q", array.nbytes, 17, 8, 2, 3, 4, *[0] * 30))
        for name in ("cut", "object"):
            segment = row(d, name)
            assert segment["layout"] == "sharedarray" and segment["damaged"] and segment["shape"] is None, segment
            d.expect(1, "show", name, says="damaged: ")


@test
def image_streams_are_read_in_reversed_order():
    with Directory() as d:
        for dtype in IMAGE_TYPES:
            array = (np.arange(60).reshape(3, 4, 5) % 50).astype(dtype)
            write(d / "frames.im.shm", image(array, 4711))
            segment = row(d, "frames.im.shm")
            assert (segment["layout"], segment["dtype"], segment["shape"]) == ("imagestream", dtype.str, [3, 4, 5]), segment
            assert (segment["producer"], segment["creator_pid"], segment["protected"]) == ("imagestream", 4711, True)
        assert json.loads(d.expect(0, "show", "frames.im.shm", "--format", "json").out) == values(array)
        write(d / "copy.shm", image(array, 4711))
        segment = row(d, "copy.shm")
        assert (segment["producer"], segment["creator_pid"], segment["protected"]) == ("imagestream", 4711, False)
        old = bytearray(336)
        old[:6] = b"0.0.01"
        old[112], old[136], old[217] = 1, 9, 0xFF
        struct.pack_into("=I", old, 116, 8)
        struct.pack_into("=Q", old, 128, 8)
        write(d / "old.im.shm", bytes(old) + np.arange(8, dtype="f4").tobytes())
        assert json.loads(d.expect(0, "show", "old.im.shm", "--format", "json").out) == list(range(8))


main()
