"""show against numpy: every type, random slices, text, csv and json."""
import csv
import io
import json
import math
import os
import random
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import Directory, main, test

NUMERIC = ["?", "i1", "u1", "<i2", ">i2", "<u4", ">u8", "<i8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<c8", ">c16"]


def save(d, name, array):
    with open(d / name, "wb") as f:
        np.save(f, array)


def random_array(rng, dtype, shape):
    """Any bits at all: nans, infinities and subnormals included."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    count = math.prod(shape)
    return np.frombuffer(rng.bytes(count * dtype.itemsize), dtype).reshape(shape)


def to_numpy(value, dtype):
    """What a reader of the JSON makes of it."""
    if isinstance(value, list) and np.dtype(dtype).kind == "c":
        return complex(float(value[0]), float(value[1]))
    return float(value) if np.dtype(dtype).kind == "f" else value


def flat(nested, depth):
    return [x for part in nested for x in flat(part, depth - 1)] if depth else [nested]


def same_bits(values, array):
    """nan payloads aside: no text carries them."""
    back = np.array(values, array.dtype).reshape(array.shape)
    floats = array.dtype.kind in "fc"
    if array.dtype.kind == "c":
        back, array = (x.astype(x.dtype.newbyteorder("=")).view(f"f{x.dtype.itemsize // 2}") for x in (back.ravel(), array.ravel()))
    nan = np.isnan(array) if floats else np.zeros(array.shape, bool)
    assert not floats or (np.isnan(back) == nan).all()
    return np.where(nan, 0, array).astype(array.dtype).tobytes() == np.where(nan, 0, back).astype(array.dtype).tobytes()


@test
def json_reads_back_to_the_same_bits_in_every_type():
    rng = np.random.default_rng(1)
    with Directory() as d, np.errstate(all="ignore"):
        for dtype in NUMERIC:
            array = random_array(rng, dtype, (40, 13))
            save(d, "a.shm", array)
            answer = d.expect(0, "show", "--format", "json", "a.shm").json()
            values = [to_numpy(x, dtype) for x in flat(answer, 2)]
            assert same_bits(values, array), dtype
            if array.dtype.kind in "iu":
                assert answer == array.tolist()
            if array.dtype.kind == "b":
                assert answer == array.tolist()


@test
def csv_reads_back_to_the_same_bits_in_every_type():
    rng = np.random.default_rng(2)
    with Directory() as d, np.errstate(all="ignore"):
        for dtype in NUMERIC:
            array = random_array(rng, dtype, (9, 7))
            save(d, "a.shm", np.asfortranarray(array))
            rows = list(csv.reader(io.StringIO(d.expect(0, "show", "--format=csv", "a.shm").out)))
            parse = {"b": lambda s: {"True": True, "False": False}[s], "f": float, "c": complex}.get(array.dtype.kind, int)
            assert same_bits([parse(x) for row in rows for x in row], array), (dtype, rows)


def random_index(shape):
    terms = []
    for n in shape[: random.randint(0, len(shape))]:
        if random.random() < 0.4 and n > 0:
            terms.append(str(random.randrange(-n, n)))
        else:
            start, stop = (random.choice(["", str(random.randint(-n - 2, n + 2))]) for _ in range(2))
            terms.append(f"{start}:{stop}" + random.choice(["", f":{random.choice([-3, -2, -1, 1, 2, 5])}"]))
    if len(terms) < len(shape) and random.random() < 0.5:
        terms.insert(random.randint(0, len(terms)), "...")
    return ",".join(terms) or "..."


@test
def random_slices_are_numpys():
    random.seed(3)
    rng = np.random.default_rng(3)
    with Directory() as d:
        for round in range(60):
            shape = tuple(random.randint(1, 7) for _ in range(random.randint(1, 4)))
            array = rng.integers(-99, 99, shape).astype(random.choice(["i2", ">i4", "i8"]))
            save(d, "a.shm", array if round % 2 else np.asfortranarray(array))
            index = random_index(shape)
            expected = eval(f"array[{index}]", {"array": array})
            answer = d.expect(0, "show", "-i", index, "--format", "json", "a.shm").json()
            # An empty outer axis hides the inner ones, in lists as in numpy's tolist.
            assert answer == expected.tolist(), (shape, index)


@test
def a_large_matrix_streams_in_bounded_memory():
    with Directory() as d:
        array = np.asfortranarray(np.arange(3000 * 1000, dtype="i4").reshape(3000, 1000))
        save(d, "a.shm", array)
        limited = ["sh", "-c", 'ulimit -v 200000; exec "$0" "$@"', *d.command("show", "--format=csv", "a.shm")]
        if "SANITIZED" in os.environ or sanitized():
            limited = limited[3:]
        out = subprocess.run(limited, stdout=subprocess.PIPE, check=True).stdout
        assert (np.loadtxt(io.BytesIO(out), dtype="i4", delimiter=",") == array).all()


def sanitized():
    """ASan reserves terabytes of addresses."""
    config = os.path.join(os.environ["BUILDDIR"], "config.h")
    return "#define SHMTOP_SANITIZED 1" in open(config).read()


@test
def one_dimension_is_a_value_a_line_and_none_a_single_one():
    with Directory() as d:
        save(d, "one.shm", np.array([1.5, -2, np.nan, np.inf, -np.inf]))
        assert d.expect(0, "show", "--format=csv", "one.shm").out == "1.5\n-2.0\nnan\ninf\n-inf\n"
        assert d.expect(0, "show", "--format=json", "one.shm").json() == [1.5, -2, "nan", "inf", "-inf"]
        save(d, "none.shm", np.array(7))
        assert d.expect(0, "show", "--format=csv", "none.shm").out == "7\n"
        assert d.expect(0, "show", "--format=json", "none.shm").json() == 7
        assert "7" in d.expect(0, "show", "none.shm").out


@test
def no_elements_are_empty_lists():
    with Directory() as d:
        for shape in [(0,), (0, 3), (3, 0), (2, 3, 0), (2, 0, 3)]:
            save(d, "a.shm", np.zeros(shape))
            assert d.expect(0, "show", "--format=json", "a.shm").json() == np.zeros(shape).tolist()
            d.expect(0, "show", "a.shm")
            if len(shape) < 3:
                assert d.expect(0, "show", "--format=csv", "a.shm").out.strip() == ""


@test
def texts_dates_and_structs_are_strings():
    with Directory() as d:
        save(d, "u.shm", np.array(["a,b", 'say "x"', "", "é€", "\x1b[31m", "back\\slash"]))
        shown = ["a,b", 'say "x"', "", "é€", r"\x1b[31m", r"back\\slash"]
        assert d.expect(0, "show", "--format=json", "u.shm").json() == shown
        rows = list(csv.reader(io.StringIO(d.expect(0, "show", "--format=csv", "u.shm").out)))
        assert [row[0] for row in rows] == shown, rows
        save(d, "b.shm", np.array([b"ab", b"\xff\n"]))
        assert d.expect(0, "show", "--format=json", "b.shm").json() == ["ab", r"\xff\x0a"]
        save(d, "t.shm", np.array(["2026-11-25T21:00:00.000000001", "NaT"], "M8[ns]"))
        assert d.expect(0, "show", "--format=json", "t.shm").json() == ["2026-11-25T21:00:00.000000001", "NaT"]
        save(d, "s.shm", np.array([(1, 2.5)], [("x", "i4"), ("y", "f8")]))
        assert d.expect(0, "show", "--format=json", "s.shm").json() == ["(1, 2.5)"]
        assert d.expect(0, "show", "--format=csv", "s.shm").out == '"(1, 2.5)"\n'


@test
def text_fits_the_terminal_and_with_an_index_is_whole():
    with Directory() as d:
        save(d, "a.shm", np.arange(1000 * 1000, dtype="f8").reshape(1000, 1000))
        for columns, lines in [(80, 24), (40, 10), (140, 40)]:
            out = d.expect(0, "show", "a.shm", env={"COLUMNS": str(columns), "LINES": str(lines)}).out
            assert "..." in out and len(out.splitlines()) <= lines
            assert max(map(len, out.splitlines())) <= columns
        small = d.expect(0, "show", "-i", ":50,:30", "a.shm").out
        assert "..." not in small and len(small.splitlines()) >= 50
        assert d.expect(0, "show", "-i", "0:2,0:2", "a.shm").out.strip() == str(np.load(d / "a.shm")[0:2, 0:2])


@test
def what_cannot_be_shown_says_why():
    with Directory() as d:
        save(d, "cube.shm", np.zeros((2, 3, 4)))
        d.expect(2, "show", "--format=csv", "cube.shm", says="-i")
        d.expect(0, "show", "--format=csv", "-i", "1", "cube.shm")
        for index in ["2", "-3", "0,0,0,0", "x", "1:2:0", "...,...", "1.5", "0,,1", "99999999999999999999"]:
            d.expect(2, "show", "-i", index, "cube.shm")
        d.expect(3, "show", "nothing.shm", says="nothing.shm")
        d.expect(2, "show", "..")


@test
def a_segment_that_shrank_is_refused_not_a_crash():
    with Directory() as d:
        save(d, "a.shm", np.zeros(100000))
        os.truncate(d / "a.shm", 5000)
        d.expect(1, "show", "a.shm")
        os.truncate(d / "a.shm", 0)
        d.expect(1, "show", "a.shm")


@test
def strings_and_dates_are_quoted_in_text_as_numpy_does():
    arrays = [
        np.array(["ab", "it's", 'say "x"', "'\"", "\u00e9", ""]),
        np.array([b"ab", b"it's", b'"', b"'\""]),
        np.array(["it's"], ">U6"),
        np.array(["2020-01-01", "NaT"], "M8[D]"),
        np.array("it's"),
        np.array(b"it's"),
        np.array([(1, b"ab", "x'y", "2020-01-01")], [("a", "i4"), ("b", "S3"), ("c", ">U4"), ("d", "M8[D]")]),
    ]
    with Directory() as d:
        for array in arrays:
            save(d, "a.shm", array)
            out = d.expect(0, "show", "-i", "...", "a.shm").out
            assert out == f"{array}\n", (array, out)
        # In CSV and JSON a value is what it is, and only a struct's text has quotes.
        save(d, "a.shm", arrays[0])
        assert json.loads(d.expect(0, "show", "--format", "json", "a.shm").out) == list(arrays[0])
        assert [row[0] for row in csv.reader(io.StringIO(d.expect(0, "show", "--format", "csv", "a.shm").out))] == list(arrays[0])


main()
