"""stats against numpy: every type, both orders, slices, odd and extreme values, and hostile segments."""
import ctypes
import math
import mmap
import os
import pty
import random
import re
import signal
import subprocess
import sys
import threading

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import Directory, main, test

KEYS = "dtype shape count min max mean std nan posinf neginf zeros histogram".split()
TYPES = ["?", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8"]
TYPES += ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<c8", ">c8", "<c16", ">c16"]
INDICES = ["", "...", "::-1", ":,::-1", "3", "::2,::3", ":,2", "-1,::-4", "5:2", "1:,:-1"]


def save(d, name, array):
    with open(d / name, "wb") as f:
        np.save(f, array)


def take(array, index):
    return array[eval(f"np.s_[{index}]")] if index else array


def check(answer, array, bins=None, what=None):
    """What stats --json says of an array, against numpy with long doubles."""
    assert list(answer) == KEYS, (what, answer)
    assert answer["dtype"] == array.dtype.str and answer["shape"] == list(array.shape), (what, answer)
    native = array.astype(array.dtype.newbyteorder("=")).ravel()
    for key in "count nan posinf neginf zeros".split():
        assert type(answer[key]) is int, (what, key)
    is_complex = native.dtype.kind == "c"
    if is_complex:
        re_, im = native.real.astype("f8"), native.imag.astype("f8")
        nan = np.isnan(re_) | np.isnan(im)
        inf = ~nan & (np.isinf(re_) | np.isinf(im))
        values = np.where(nan, np.nan, np.where(inf, np.inf, np.hypot(re_, im)))
    else:
        values = native
    floats = values.dtype.kind == "f"
    nan = np.isnan(values) if floats else np.zeros(values.shape, bool)
    posinf = np.isposinf(values) if floats else nan
    neginf = np.isneginf(values) if floats else nan
    finite = values[~(nan | posinf | neginf)]
    counts = [values.size, nan.sum(), posinf.sum(), neginf.sum(), (values == 0).sum()]
    assert [answer[k] for k in "count nan posinf neginf zeros".split()] == [int(n) for n in counts], (what, answer, counts)
    if finite.size == 0:
        assert all(answer[k] is None for k in "min max mean std histogram".split()), (what, answer)
        return
    for key, extreme in (("min", finite.min()), ("max", finite.max())):
        got = answer[key]
        if floats:
            assert type(got) is float
            assert math.isclose(got, float(extreme), rel_tol=3e-16) if is_complex else got == float(extreme), (what, key, got, extreme)
        else:
            assert type(got) is int and got == int(extreme), (what, key, got, extreme)
    wide = finite.astype(np.longdouble)
    largest = float(np.abs(wide).max())
    mean = wide.mean()
    std = np.sqrt(((wide - mean) ** 2).mean())
    tiny = 1e-322  # a few last places of subnormal numbers
    assert abs(np.longdouble(answer["mean"]) - mean) <= 1e-12 * largest + tiny, (what, answer["mean"], mean)
    assert abs(np.longdouble(answer["std"]) - std) <= 1e-12 * std + 1e-15 * largest + tiny, (what, answer["std"], std)
    if bins is None:
        assert answer["histogram"] is None, what
        return
    histogram = answer["histogram"]
    assert list(histogram) == ["edges", "counts"], what
    doubles = finite.astype("f8")
    with np.errstate(over="raise"):
        wanted, edges = np.histogram(doubles, bins)
    assert len(histogram["edges"]) == bins + 1 and len(histogram["counts"]) == bins
    assert sum(histogram["counts"]) == finite.size, what
    if is_complex:  # the last place of a magnitude is a matter of hypot, and the edges follow it
        assert np.allclose(histogram["edges"], edges, rtol=1e-14), what
        assert np.abs(np.array(histogram["counts"]) - wanted).max() <= 2, what
        return
    assert histogram["edges"] == edges.tolist(), (what, histogram["edges"], edges.tolist())
    assert histogram["counts"] == wanted.tolist(), (what, histogram["counts"], wanted.tolist())


def ask(d, name="a.shm", *more):
    result = d.expect(0, "stats", "--json", *more, name)
    assert result.err == "", result.err
    return result.json()


def random_array(rng, dtype, shape):
    """Numbers of a spread that a histogram makes sense of, with what is odd among them."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return rng.random(shape) < 0.3
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        array = rng.integers(info.min, info.max, shape, dtype.newbyteorder("="), endpoint=True)
        flat = array.reshape(-1)
        for value in (0, info.min, info.max):
            if flat.size:
                flat[rng.integers(flat.size)] = value
        return array.astype(dtype)
    array = rng.standard_normal(shape) * 100
    if dtype.kind == "c":
        array = array + 1j * rng.standard_normal(shape)
    flat = array.reshape(-1)
    for value in (np.nan, np.inf, -np.inf, 0.0, -0.0, 0.0):
        for _ in range(2 if flat.size else 0):
            flat[rng.integers(flat.size)] = value
    if dtype.kind == "c" and flat.size:
        flat[0] = complex(np.nan, np.inf)
        flat[-1] = complex(1, -np.inf)
    return array.astype(dtype)


@test
def every_type_in_both_orders_and_any_slice():
    rng = np.random.default_rng(1)
    with Directory() as d, np.errstate(all="ignore"):
        for dtype in TYPES:
            array = random_array(rng, dtype, (37, 23))
            for order in "CF":
                save(d, "a.shm", np.asarray(array, order=order))
                for index in INDICES if order == "F" or dtype in ("<f8", ">u4") else ["", "::-1,::2"]:
                    part = take(array, index)
                    check(ask(d, "a.shm", "-i", index, "--histogram=7"), part, 7, (dtype, order, index))


@test
def every_rank():
    rng = np.random.default_rng(2)
    with Directory() as d:
        for rank in [*range(0, 9), 20, 32]:
            shape = [2 if k < 3 or k == rank - 1 else 1 if rank > 8 else 3 for k in range(rank)]
            for dtype in ("<f2", ">i4"):
                array = rng.integers(-9, 9, shape).astype(dtype)
                save(d, "a.shm", array)
                check(ask(d, "a.shm", "--histogram"), array, 20, rank)
                if rank:
                    check(ask(d, "a.shm", "-i", "::-1,...,::-1" if rank > 1 else "::-1"), array, None, rank)


@test
def nothing_all_nan_and_all_one_value():
    with Directory() as d:
        for dtype in ("<f2", "<f4", ">f8", "<c16", "u1", "<i8", "?"):
            for array in (np.zeros((0, 3), dtype), np.zeros((3, 0), dtype), np.zeros((), dtype), np.ones((50, 7), dtype)):
                save(d, "a.shm", array)
                check(ask(d, "a.shm", "--histogram=3"), array, 3, (dtype, array.shape))
            if np.dtype(dtype).kind in "fc":
                for value in (np.nan, np.inf, -np.inf, 7.25, -0.0):
                    array = np.full((4, 5), value, dtype)
                    save(d, "a.shm", array)
                    answer = ask(d, "a.shm", "--histogram=4")
                    check(answer, array, 4, (dtype, value))
                    if value == 0:
                        assert str(answer["min"]) == "0.0" and answer["zeros"] == 20
                    if value == 7.25:
                        assert answer["histogram"]["edges"] == [6.75, 7.0, 7.25, 7.5, 7.75]
                        assert answer["std"] == 0 and answer["mean"] == 7.25


@test
def the_greatest_and_the_least_floats():
    rng = np.random.default_rng(3)
    with Directory() as d, np.errstate(all="ignore"):
        for dtype in ("<f2", "<f4", "<f8", ">f8"):
            info = np.finfo(dtype)
            least = float(np.nextafter(np.array(0, dtype), np.array(1, dtype)))
            for values in ([info.max, -info.max], [info.max] * 3, [least, -least], [least] * 5, [info.max, least], [info.tiny, -info.tiny]):
                array = np.array(values * 50, "f8").astype(dtype)
                save(d, "a.shm", array)
                answer = ask(d)
                check(answer, array, None, (dtype, values))
                assert math.isfinite(answer["mean"]) and math.isfinite(answer["std"])
            array = (rng.integers(0, 50, 1000) * least).astype(dtype)
            save(d, "a.shm", array)
            check(ask(d), array, None, (dtype, "subnormal"))
            # Bits of every sort.
            array = np.frombuffer(rng.bytes(8 * 2000), dtype)
            save(d, "a.shm", array)
            check(ask(d), array, None, (dtype, "bits"))
        # A range that is wider than a double can say: numpy has no histogram of it.
        save(d, "a.shm", np.array([-1.7976931348623157e308, 0, 1.7976931348623157e308]))
        histogram = ask(d, "a.shm", "--histogram=4")["histogram"]
        assert sum(histogram["counts"]) == 3 and histogram["counts"][0] == 1 and histogram["counts"][3] == 1
        assert all(map(math.isfinite, histogram["edges"])) and histogram["edges"] == sorted(histogram["edges"])


@test
def integers_beyond_what_a_double_holds():
    with Directory() as d:
        for array in (
            np.array([2**63 - 1, 2**63 - 2, -(2**63), -(2**63) + 1], "i8"),
            np.array([2**64 - 1, 2**64 - 2, 2**53 + 1], "u8"),
            np.array([2**53 + 1, 2**53 + 3], ">i8"),
        ):
            save(d, "a.shm", array)
            check(ask(d, "a.shm", "--histogram=5"), array, 5, array)
        # Half a unit beside it is itself: numpy fails.
        array = np.full(1000, 2**64 - 1, ">u8")
        save(d, "a.shm", array)
        check(ask(d), array)
        assert sum(ask(d, "a.shm", "--histogram=5")["histogram"]["counts"]) == 1000


@test
def many_blocks_and_threads():
    """Means of numbers that lie far from 0, and of more than one thread's blocks."""
    rng = np.random.default_rng(4)
    with Directory() as d:
        for dtype in ("<f8", "<f4", ">f2", "u1", "<i8"):
            array = (1000 + rng.random((1500, 2000)) * (1 if dtype != "u1" else 0)).astype(dtype)
            array[7, 9] = 3
            save(d, "a.shm", array)
            check(ask(d, "a.shm", "--histogram=100"), array, 100, dtype)
            check(ask(d, "a.shm", "-i", "::-3,5::7", "--histogram=9"), array[::-3, 5::7], 9, dtype)
            check(ask(d, "a.shm", "-i", ":,77"), array[:, 77], None, dtype)


@test
def raw_bytes_as_anything():
    rng = np.random.default_rng(5)
    with Directory() as d:
        array = rng.standard_normal((30, 40)).astype("f4")
        with open(d / "raw.shm", "wb") as f:
            f.write(b"x" * 16 + array.tobytes())
        d.expect(1, "stats", "raw.shm", says="--as f4 --shape")
        options = ["--as", "f4", "--shape", "30,-1", "--offset", "16"]
        check(ask(d, "raw.shm", *options, "--histogram=6"), array, 6)
        check(ask(d, "raw.shm", *options[:-4], "--shape", "40,30", "--offset", "16", "--order", "F", "-i", "3"), array.T[3])
        result = d.expect(0, "stats", "raw.shm", "--as", "u1", "--shape", "16", says="covers 16 of 4,816 bytes")
        assert "mean    120.0" in result.out


@test
def bins_behind_a_blank_are_explained():
    with Directory() as d:
        np.save(d / "a.npy", np.arange(4.0))
        d.expect(2, "stats", "--histogram", "10", "a.npy", says="--histogram=10")


@test
def the_text_is_calm():
    with Directory() as d:
        array = np.arange(100, dtype="f8").reshape(4, 25)
        array[0, :3] = np.nan, np.inf, -np.inf
        save(d, "a.shm", array)
        text = d.expect(0, "stats", "a.shm").out
        assert text.splitlines() == [
            "a.shm: float64 4 × 25",
            "count   100",
            "min     3.0",
            "max     99.0",
            "mean    51.0",
            "std     28.0",
            "nan     1                     1.00 %",
            "+inf    1                     1.00 %",
            "-inf    1                     1.00 %",
            "zeros   0",
        ], text
        bars = d.expect(0, "stats", "a.shm", "--histogram=4", "-i", "1:", options=["--ascii"]).out.splitlines()
        assert bars[0] == "a.shm: float64 3 x 25" and bars[10] == ""
        assert bars[11].startswith("  25 .. 43.5  19  ###") and len(bars) == 15, bars
        assert all(len(line) <= 80 for line in bars)
        wide = d.expect(0, "stats", "a.shm", "--histogram=9", env={"COLUMNS": "40"}).out
        assert "█" in wide and max(map(len, wide.splitlines())) <= 40
        save(d, "a.shm", np.zeros((2, 0)))
        assert "\nmin     -\n" in d.expect(0, "stats", "a.shm", "--histogram").out
        save(d, "a.shm", np.array([False, True, True]))
        assert "\nmin     False\nmax     True\nmean    0.6666666666666666\n" in d.expect(0, "stats", "a.shm").out
        save(d, "a.shm", np.float16(0.1))
        assert "a.shm: float16 scalar\ncount   1\nmin     0.1\n" in d.expect(0, "stats", "a.shm").out
        array = np.zeros(100000, "u1")
        array[5] = 1
        save(d, "a.shm", array)
        assert "zeros   99999                 >99.99 %" in d.expect(0, "stats", "a.shm").out


@test
def refusals_say_what_and_have_the_right_status():
    with Directory() as d:
        d.expect(3, "stats", "nothing.shm")
        save(d, "a.shm", np.zeros((3, 4)))
        d.expect(2, "stats", "a.shm", "-i", "7", says="out of range for axis 0")
        d.expect(2, "stats", "a.shm", "-i", "x", says="index 'x'")
        for array, says in (
            (np.array(["ab"]), "there are no statistics of str64"),
            (np.array([b"ab"]), "there are no statistics of bytes16"),
            (np.array(["2020-01-01"], "M8[ns]"), "there are no statistics of datetime64[ns]"),
            (np.zeros(3, [("a", "i4"), ("b", "V200000")]), "a struct has no statistics"),
        ):
            save(d, "b.shm", array)
            d.expect(1, "stats", "b.shm", says=says)
        save(d, "c.shm", np.zeros((3, 4)))
        os.truncate(d / "c.shm", 140)
        d.expect(1, "stats", "c.shm", says="damaged")
        os.mkdir(d / "sub")
        d.expect(1, "stats", "sub", says="directory")


def sparse(d, name, descr, shape):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    pad = 64 - (10 + len(header) + 1) % 64
    data = b"\x93NUMPY\x01\x00" + (len(header) + pad + 1).to_bytes(2, "little") + header.encode() + b" " * pad + b"\n"
    with open(d / name, "wb") as f:
        f.write(data)
        f.truncate(len(data) + math.prod(shape) * np.dtype(descr).itemsize)
    return len(data)


@test
def one_row_of_a_billion_columns_and_the_other_way_round():
    with Directory() as d:
        for shape in ((1, 10**9), (10**9, 1)):
            start = sparse(d, "wide.shm", "|u1", shape)
            with open(d / "wide.shm", "r+b") as f:
                f.seek(start + 777_777_777)
                f.write(b"\x05")
            answer = ask(d, "wide.shm", "--histogram=5")
            assert answer["count"] == 10**9 and answer["zeros"] == 10**9 - 1 and answer["max"] == 5 and answer["mean"] == 5e-9
            assert answer["histogram"]["counts"] == [10**9 - 1, 0, 0, 0, 1]
            assert os.stat(d / "wide.shm").st_blocks * 512 < 1 << 20  # looking allocates nothing


@test
def holes_take_no_time():
    with Directory() as d:
        start = sparse(d, "huge.shm", "<f8", (2**28, 2**28))  # 2^59 bytes
        with open(d / "huge.shm", "r+b") as f:
            f.seek(start + 8 * 2**40)
            f.write(np.float64(-3).tobytes())
        answer = ask(d, "huge.shm", "--histogram=2")
        assert answer["count"] == 2**56 and answer["zeros"] == 2**56 - 1 and answer["min"] == -3 and answer["max"] == 0
        assert answer["histogram"]["counts"] == [1, 2**56 - 1]
        assert os.stat(d / "huge.shm").st_blocks * 512 < 1 << 20


@test
def a_segment_that_shrinks_or_is_written_to():
    """Killed, cut and scribbled on while it is read: a sentence, or right numbers of what never changed."""
    rng = random.Random(6)
    with Directory() as d:
        array = np.ones((4000, 2000))
        outcomes = set()
        for round_ in range(12):
            save(d, "a.shm", array)
            process = subprocess.Popen(d.command("stats", "--json", "--histogram", "a.shm"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if rng.random() < 0.5:
                os.truncate(d / "a.shm", 4096)
            else:
                with open(d / "a.shm", "r+b") as f:
                    m = mmap.mmap(f.fileno(), 0)
                    while process.poll() is None:
                        m[1 << 20 : 60 << 20] = rng.randbytes(8) * ((59 << 20) // 8)
                    m.close()
            out, err = (x.decode() for x in process.communicate(timeout=60))
            assert process.returncode in (0, 1, 4), (process.returncode, err)
            assert process.returncode == 0 or "shrank" in err or "damaged" in err, err
            outcomes.add((process.returncode, "written to meanwhile" in err))
        assert outcomes, outcomes


@test
def an_interrupt_ends_it_by_the_signal():
    with Directory() as d:
        sparse(d, "large.shm", "<f8", (10**6, 10**6))
        with open(d / "large.shm", "r+b") as f:  # not all of it is a hole, that it may take a while
            for row in range(0, 10**6, 125):
                os.pwrite(f.fileno(), b"1", row * 8 * 10**6 + 4096)
        master, slave = pty.openpty()
        process = subprocess.Popen(d.command("stats", "--histogram", "large.shm"), stdout=subprocess.PIPE, stderr=slave)
        os.close(slave)
        shown = b""
        while b"% " not in shown:
            shown += os.read(master, 4096)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        os.close(master)
        assert process.returncode == -signal.SIGINT and out == b"", (process.returncode, out)
        assert re.search(rb"of 14\.6T", shown), shown  # both passes: twice 8 TB


main()
