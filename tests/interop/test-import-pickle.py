"""load: pickles of one ndarray, as every Python and numpy writes them; and those that want to run something."""
import io
import os
import pickle
import pickletools
import struct
import sys
import warnings

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import Directory, main, test

PROTOCOLS = (2, 3, 4, 5)
warnings.simplefilter("ignore", UserWarning)  # of np.save, about metadata and version 3.0


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)
    return path


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def filled(dtype, shape):
    """Every byte of it says something, but for types that have no such bytes."""
    dtype = np.dtype(dtype)
    count = int(np.prod(shape, dtype=int))
    if dtype.kind == "b":
        return (np.arange(count) % 3 == 0).reshape(shape)
    if dtype.kind in "SU":
        return np.array([f"x\xe9{i}"[: 3 + i % 2].encode("latin1") if dtype.kind == "S" else f"x\xe9\u6f22{i}" for i in range(count)], dtype).reshape(shape)
    raw = (np.arange(count * dtype.itemsize) * 37 % 251).astype("u1").tobytes()
    return np.frombuffer(raw, dtype, count=count).reshape(shape) if dtype.itemsize else np.zeros(shape, dtype)


TYPES = (
    "? i1 u1 <i2 >i2 <u2 >u2 <i4 >i4 <u4 >u4 <i8 >i8 <u8 >u8 <f2 >f2 <f4 >f4 <f8 >f8 <c8 >c8 <c16 >c16 S1 S7 <U1 <U5 >U5 V3 "
    "<M8 <M8[ns] >M8[us] <M8[25s] <m8[D] >m8[ms] S0"
).split()

STRUCTS = [
    [("x", "<i4"), ("y", ">f8")],
    np.dtype([(("a title", "x"), "<i4", (2,)), ("y", ">f8"), ("z", "S3")], align=True),
    [("a", [("b", "i1"), ("c", [("d", ">M8[s]")])]), ("c", "<U2", (2, 2)), ("d", ("<f4", (3,)), (2,))],
    np.dtype({"names": ["l", "\u6f22"], "formats": ["u1", "<c8"], "offsets": [3, 8], "itemsize": 24}),
    [("f%d" % i, "<f4") for i in range(300)],
]

SHAPES = [(), (0,), (1,), (7,), (3, 4), (2, 0, 3), (2, 3, 4), (1,) * 20]


def loaded(d, data, *, pipe):
    """The bytes of the segment that a pickle becomes."""
    path = write(d.file("a.pkl"), data)
    if pipe:
        d.expect(0, "load", "-", "a.shm", "--replace", input=data)
    else:
        d.expect(0, "load", path, "a.shm", "--replace")
    with open(d / "a.shm", "rb") as f:
        return f.read()


def check(d, array, data, *, pipe=False):
    # numpy swaps what it reads of protocols 2 to 4 to the machine's byte order; here it stays.
    expected = pickle.loads(data, encoding="latin1").astype(array.dtype, order="K", copy=False)
    got = loaded(d, data, pipe=pipe)
    assert got == npy(expected), (array.dtype, array.shape, got[:200])


@test
def every_type_in_every_protocol():
    with Directory() as d:
        for i, type in enumerate(TYPES):
            for protocol in PROTOCOLS:
                array = filled(type, (3, 2))
                check(d, array, pickle.dumps(array, protocol), pipe=(i + protocol) % 2 == 0)


@test
def structs_with_all_that_fields_can_be():
    with Directory() as d:
        for dtype in STRUCTS:
            for protocol in PROTOCOLS:
                check(d, array := filled(dtype, (3,)), pickle.dumps(array, protocol))


@test
def what_people_hang_on_a_type_is_ignored():
    with Directory() as d:
        for metadata in ({"a": 1}, {"unit": "m", "more": None, "deep": {"x": ("y", b"z")}}):
            for protocol in PROTOCOLS:
                array = np.arange(6.0).view(np.dtype("<f8", metadata=metadata))
                check(d, array.view("<f8"), pickle.dumps(array, protocol))


@test
def every_shape_in_both_orders():
    with Directory() as d:
        for shape in SHAPES:
            for protocol in PROTOCOLS:
                array = filled("<f8", shape)
                check(d, array, pickle.dumps(array, protocol), pipe=protocol == 3)
                check(d, array, pickle.dumps(np.asfortranarray(array), protocol), pipe=protocol == 2)


@test
def arrays_that_are_no_whole():
    with Directory() as d:
        whole = filled("<f4", (60, 70))
        for array in [whole[::2, ::3], whole.T, whole[:, 3], whole[::-1], np.broadcast_to(whole[0], (5, 70))]:
            for protocol in PROTOCOLS:
                check(d, array, pickle.dumps(array, protocol), pipe=protocol == 4)


@test
def large_ones_by_both_ways():
    with Directory() as d:
        for array in [filled("u1", (1, 1024)), filled("u1", (1025,)), filled("<f8", (300, 200)), filled("<f8", (200, 300)).T]:
            for protocol in PROTOCOLS:
                data = pickle.dumps(array, protocol)
                for pipe in (False, True):
                    check(d, array, data, pipe=pipe)


@test
def every_byte_as_text_of_protocol_2():
    with Directory() as d:
        for count in (255, 256, 65536 + 1, 200001):
            array = np.arange(count).astype("u1")
            for pipe in (False, True):
                check(d, array, pickle.dumps(array, 2), pipe=pipe)


@test
def data_that_are_already_in_the_memo():
    # CPython keeps one object of each byte, so b'b' of _reconstruct and of the data are the same.
    with Directory() as d:
        array = np.array([98], "u1")
        for protocol in PROTOCOLS:
            check(d, array, pickle.dumps(array, protocol))


@test
def what_other_picklers_write():
    with Directory() as d:
        array = filled("<f8", (300, 20))
        for protocol in PROTOCOLS:
            out = io.BytesIO()
            pickle._Pickler(out, protocol).dump(array)  # the one in Python
            check(d, array, out.getvalue())
            check(d, array, pickletools.optimize(pickle.dumps(array, protocol)))
            frozen = array.copy()
            frozen.flags.writeable = False
            check(d, frozen, pickle.dumps(frozen, protocol))


# --- what numpy 2 and Python 2 write, by hand ---


def text(s):
    return b"X" + struct.pack("<I", len(s)) + s.encode()


def name(module, what):
    return f"c{module}\n{what}\n".encode()


DTYPE_F8 = name("numpy", "dtype") + text("f8") + b"\x89\x88\x87R(K\x03" + text("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"


@test
def numpy_2_has_its_modules_elsewhere():
    array = np.arange(6.0).reshape(2, 3)
    raw = array.tobytes()
    state = (
        b"\x80\x04" + name("numpy._core.multiarray", "_reconstruct") + name("numpy", "ndarray") + b"K\x00\x85C\x01b\x87R"
        b"(K\x01K\x02K\x03\x86" + DTYPE_F8 + b"\x89C" + bytes([len(raw)]) + raw + b"tb."
    )
    buffer = (
        b"\x80\x05" + name("numpy._core.numeric", "_frombuffer") + b"(\x96" + struct.pack("<Q", len(raw)) + raw + DTYPE_F8 + b"K\x02K\x03\x86"
    )
    with Directory() as d:
        for data in (state, buffer + text("C") + b"tR.", buffer + text("C") + b"NtR.", buffer + text("C") + b"K\x00K\x01\x86tR."):
            assert loaded(d, data, pipe=False) == npy(array)
        assert loaded(d, buffer + text("F") + b"tR.", pipe=False) == npy(array.ravel().reshape(2, 3, order="F"))
        path = write(d.file("b.pkl"), buffer + text("K") + b"K\x01K\x00\x86tR.")
        d.expect(1, "load", path, says="neither in C nor in Fortran order")


@test
def python_2_has_strings_for_bytes():
    array = np.arange(600.0).reshape(20, 30)
    raw = array.tobytes()
    for size in (len(raw), 8):
        s = lambda b: b"U" + bytes([len(b)]) + b
        data = (
            b"\x80\x02" + name("numpy.core.multiarray", "_reconstruct") + name("numpy", "ndarray") + b"K\x00\x85" + s(b"b") + b"\x87R"
            b"(K\x01I" + b"%d" % (size // 8) + b"\nK\x01\x86" + name("numpy", "dtype") + s(b"f8") + b"K\x00K\x01\x87R(K\x03" + s(b"<")
            + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T" + struct.pack("<I", size) + raw[:size] + b"tb."
        )
        assert (pickle.loads(data, encoding="latin1") == array.ravel()[: size // 8, None]).all()
        with Directory() as d:
            for pipe in (False, True):
                check(d, array, data, pipe=pipe)


# --- what is refused ---


class Runs:
    def __init__(self, what, *arguments):
        self.call = what, arguments

    def __reduce__(self):
        return self.call


def refused(d, data, *says):
    path = write(d.file("bad.pkl"), data)
    result = d.expect(1, "load", path, "bad.shm")
    for words in says:
        assert words in result.err, result.err
    piped = d.expect(1, "load", "-", "bad.shm", input=data)
    assert d.names() == [], d.names()
    return result.err, piped.err


@test
def what_would_run_code_is_refused_by_name_and_place():
    with Directory() as d:
        trap = d.file("trap")
        for protocol in PROTOCOLS:
            posix = refused(d, pickle.dumps(Runs(os.system, f"touch {trap}"), protocol), "asks for posix.system: refused, nothing of it was run")
            assert "at byte " in posix[0] and "posix.system" in posix[1]
            evil = pickle.dumps(Runs(eval, "1"), protocol)
            refused(d, evil, "asks for __builtin__.eval" if protocol == 2 else "asks for builtins.eval")
            refused(d, pickle.dumps([np.ones(3), Runs(os.getcwd)], protocol), "a list")
            refused(d, pickle.dumps({"a": np.ones(3)}, protocol), "begins with a dict")
            refused(d, pickle.dumps((np.ones(3000), np.ones(3000)), protocol), "one ndarray alone")
        refused(d, b"\x80\x02cos\x1b[31m\nsystem\n.", r"asks for os\x1b[31m.system")
        refused(d, b"\x80\x02cos\nsystem\n" + text("touch x") + b"\x85R.", "at byte 2: asks for os.system: refused, nothing of it was run")
        refused(d, b"\x80\x02ios\nsystem\n.", "asks for os.system")
        assert not os.path.exists(trap)


@test
def kin_of_ndarrays_are_named_with_a_way_out():
    with Directory() as d:
        for protocol in PROTOCOLS:
            refused(d, pickle.dumps(np.matrix([1.0]), protocol), "numpy.matrix", "np.save writes one")
            refused(d, pickle.dumps(np.ma.array([1.0]), protocol), "numpy.ma.core._mareconstruct", "np.save")
            refused(d, pickle.dumps(np.zeros(2, "i4,f4").view(np.recarray), protocol), "numpy.recarray", "np.save")
            refused(d, pickle.dumps(np.float64(3), protocol), "multiarray.scalar", "a single value, no array")
            refused(d, pickle.dumps(np.array([None, "x"]), protocol), "an object array")
            refused(d, pickle.dumps(np.zeros(2, [("a", "O")]), protocol), "an object array")
            refused(d, pickle.dumps(np.zeros(2, "f16"), protocol), "float128 is not supported")
            refused(d, pickle.dumps(np.dtype("f8"), protocol), "holds a dtype, no ndarray")
            overlapping = np.dtype({"names": ["a", "b"], "formats": ["<i4", "<i4"], "offsets": [0, 2]})
            refused(d, pickle.dumps(np.zeros(2, overlapping), protocol), "overlap")
        refused(d, b"\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n.", "np.save what joblib.load gives")
        refused(d, b"\x80\x04cpandas.core.frame\nDataFrame\n.", "np.save what .to_numpy() gives")


@test
def buffers_outside_cannot_be_read():
    with Directory() as d:
        buffers = []
        data = pickle.dumps(np.ones(5), 5, buffer_callback=buffers.append)
        assert buffers
        refused(d, data, "out-of-band")


@test
def bombs_are_bounded():
    with Directory() as d:
        head = b"\x80\x04"
        array = name("numpy.core.multiarray", "_reconstruct") + name("numpy", "ndarray") + b"K\x00\x85C\x01b\x87R"
        refused(d, head + b"N" + b"(" * 100000, "nested deeper")
        refused(d, head + b"N" * 100000, "values on the stack")
        refused(d, head + b"N" + b"\x94" * 100000, "memo")
        refused(d, head + b"Nr\xff\xff\xff\xff.", "place 4294967295 of the memo")
        refused(d, head + b"j\xff\xff\xff\x7f.", "where nothing is")
        refused(d, head + (b"\x95" + b"\xff" * 8) * 200000, "beside the data")
        refused(d, head + array + b"(" + b"K\x01K\x02\x85" + DTYPE_F8 + b"\x89\x8e" + struct.pack("<Q", 2**60) + b"x" * 100, "")
        refused(d, head + array + b"(" + b"K\x01K\x02\x85" + DTYPE_F8 + b"\x89\x8e" + struct.pack("<Q", 2**64 - 1), "more than any file can hold")
        refused(d, head + b"\x8d" + struct.pack("<Q", 2**60) + b"x", "a string of 1152921504606846976 bytes")
        refused(d, head + array + b"(K\x01\x8b\xff\xff\xff\x7f", "a number of")
        shared = np.dtype("V0")
        for _ in range(15):
            shared = np.dtype([("%d" % i, shared) for i in range(10)])
        refused(d, pickle.dumps(np.zeros(3, shared), 4), "more fields")
        million = b"K\x01\x8a\x08" + struct.pack("<q", 2**62) + b"\x8a\x08" + struct.pack("<q", 2**62) + b"\x86"
        refused(d, head + array + b"(" + million + DTYPE_F8 + b"\x89C\x00tb.", "63 bits")
        refused(d, head + array + b"(K\x01J\xff\xff\xff\xff\x85" + DTYPE_F8 + b"\x89C\x00tb.", "natural numbers")


@test
def a_stream_is_checked_to_its_end():
    with Directory() as d:
        for protocol in PROTOCOLS:
            data = pickle.dumps(np.arange(500.0), protocol)
            for cut in (1, 2, 5, 100, 4000, len(data) - 3):
                refused(d, data[:-cut], "")
        data = pickle.dumps(np.arange(500.0), 4)
        refused(d, data[:-2] + b"NtR.", "")
        refused(d, data[:-1] + b"cos\nsystem\n.", "asks for os.system")


@test
def what_stands_behind_is_another_matter():
    with Directory() as d:
        array = np.arange(5000.0)
        for protocol in PROTOCOLS:
            for pipe in (False, True):
                check(d, array, pickle.dumps(array, protocol) + b"and more", pipe=pipe)


main()
