"""find against np.argwhere: every type, order, slice; what it prints, its limits, its bad input."""
import json
import operator
import os
import pty
import resource
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import Directory, is_sanitized, main, test

REAL = ["i1", "u1", "<i2", ">u2", ">i4", "<u4", "<i8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]
COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "!=": operator.ne}
SLICES = ["", "::-1", "2:,::3", ":,5", "-1", "...,::-2,:", "3:1", "1:-1:2,:,-4:"]


def save(d, name, array):
    with open(d / name, "wb") as f:
        np.save(f, array)


def odd_values(rng, dtype, n):
    """A few values, many times each, so that all comparisons have something to find."""
    dtype = np.dtype(dtype)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        pool = np.array([info.min, info.min + 1, 0, 1, 3, 100, info.max - 1, info.max], dtype)
    elif dtype.kind == "f":
        info = np.finfo(dtype)
        pool = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 0.1, 3, -2.5, 1e3, info.max, info.tiny, -info.max], dtype)
    else:
        pool = np.array([1 + 2j, 0, complex(np.nan, 1), complex(2, np.inf), 3 - 4j, -5, complex(-0.0, -0.0)], dtype)
    return pool[rng.integers(0, len(pool), n)]


def lines(result):
    """[(index, value text)] of what find printed."""
    pairs = [line.split("\t") for line in result.out.splitlines()]
    return [(() if index == "()" else tuple(int(x) for x in index.split(",")), value) for index, value in pairs]


def expected(array, index, mask_of):
    """Indices in the whole array, in the C order of the part."""
    whole = np.arange(array.size).reshape(array.shape)
    part = eval(f"whole[{index}]") if index else whole
    mask = mask_of(eval(f"array[{index}]") if index else array)
    return [tuple(int(x) for x in np.unravel_index(i, array.shape)) for i in np.atleast_1d(part)[np.atleast_1d(mask)].ravel()]


def check(d, array, condition, mask_of, index=""):
    found = lines(d.run("find", "a.shm", condition, *(["-i", index] if index else [])))
    wanted = expected(array, index, mask_of)
    assert [i for i, _ in found] == wanted, (array.dtype, condition, index, len(found), len(wanted))
    return found


@test
def every_type_order_and_slice_gives_what_argwhere_gives():
    rng = np.random.default_rng(1)
    with Directory() as d, np.errstate(all="ignore"):
        for number, dtype in enumerate(REAL):
            order = "FC"[number % 2]
            array = np.array(odd_values(rng, dtype, 9 * 8 * 7).reshape(9, 8, 7), order=order)
            save(d, "a.shm", array)
            for index in SLICES:
                for sign, compare in COMPARE.items():
                    check(d, array, f"{sign}3", lambda a: compare(a, array.dtype.type(3)), index)
            if array.dtype.kind == "f":
                for index in SLICES:
                    check(d, array, "nan", np.isnan, index)
                    check(d, array, "inf", np.isinf, index)
                check(d, array, "=0.1", lambda a: a == array.dtype.type(0.1))
                check(d, array, "=0", lambda a: a == 0)
                check(d, array, ">-0", lambda a: a > 0)
                check(d, array, "=-inf", np.isneginf)
            else:
                for condition in ["nan", "inf", "=2.5", "=1e30"]:
                    d.expect(1, "find", "a.shm", condition, says=f"no element meets {condition}")
                check(d, array, ">2.5", lambda a: a > 2)
                check(d, array, "<=-1e30", lambda a: np.zeros(a.shape, bool))
                check(d, array, ">=-1e30", lambda a: np.ones(a.shape, bool))
                check(d, array, f"={np.iinfo(dtype).max}", lambda a: a == np.iinfo(dtype).max)


@test
def complex_and_bool_are_compared_as_numpy_does():
    rng = np.random.default_rng(2)
    with Directory() as d, np.errstate(all="ignore"):
        for dtype in ["<c8", ">c8", "<c16", ">c16"]:
            array = odd_values(rng, dtype, 60).reshape(6, 10)
            save(d, "a.shm", array)
            size = abs(array.astype("c16"))
            check(d, array, "nan", np.isnan)
            check(d, array, "inf", np.isinf)
            check(d, array, ">=5", lambda a: size >= 5)
            check(d, array, "<5", lambda a: size < 5)
            check(d, array, "=1+2j", lambda a: a == 1 + 2j)
            check(d, array, "=0", lambda a: a == 0)
            check(d, array, "!=-5", lambda a: a != -5)
        array = rng.integers(0, 2, 50).astype(bool)
        save(d, "a.shm", array)
        for condition, wanted in [("True", array), ("=0", ~array), ("!=True", ~array), (">0.5", array), ("<=1", array | True)]:
            check(d, array, condition, lambda a: wanted)
        d.expect(1, "find", "a.shm", "=2", says="no element meets =2")


@test
def integers_above_2_to_the_53_are_told_apart():
    with Directory() as d:
        array = np.array([2**53, 2**53 + 1, 2**63 - 1, -(2**63)], "i8")
        save(d, "a.shm", array)
        assert lines(d.run("find", "a.shm", "=9007199254740993")) == [((1,), "9007199254740993")]
        assert lines(d.run("find", "a.shm", ">9007199254740992.5")) == [((1,), "9007199254740993"), ((2,), str(2**63 - 1))]
        assert lines(d.run("find", "a.shm", "<-9223372036854775807.5")) == [((3,), str(-(2**63)))]


@test
def dates_and_texts_are_found():
    with Directory() as d:
        for unit in ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "25s", "3M"]:
            array = np.array(["1960-02-29", "NaT", "2026-11-25T21:30", "1970", "2300-01-01"], f"M8[{unit}]")
            save(d, "a.shm", array)
            for text in ["2026-11-25T21:30", "1960-02-29", "1970", "2026-11-25"]:
                for sign, compare in COMPARE.items():
                    check(d, array, sign + text, lambda a: compare(a, np.datetime64(text)))
            check(d, array, "NaT", np.isnat)
        array = np.array(["2026-11-25T21:30:00.123456789"], ">M8[ns]")
        save(d, "a.shm", array)
        assert lines(d.run("find", "a.shm", "=2026-11-25T21:30:00.123456789")) == [((0,), "2026-11-25T21:30:00.123456789")]
        for array in [np.array([b"ab", b"", b"two words", b"nan"]), np.array(["ab", "größer", "two words", "ab"]).astype(">U9")]:
            save(d, "a.shm", array)
            for text in ["ab", "two words", "größer", "nan"]:
                wanted = array == (text.encode() if array.dtype.kind == "S" else text)
                check(d, array, "=" + text, lambda a: wanted)
                check(d, array, f'!="{text}"', lambda a: ~wanted)
        array = np.array([5, -3, 7], "m8[s]")
        save(d, "a.shm", array)
        check(d, array, ">=5", lambda a: a >= np.timedelta64(5, "s"))


@test
def values_are_printed_as_show_prints_them():
    rng = np.random.default_rng(3)
    with Directory() as d, np.errstate(all="ignore"):
        for dtype in REAL + ["<c8", "<c16", "?"]:
            array = odd_values(rng, dtype, 24).reshape(4, 6) if dtype != "?" else np.eye(4, 6, dtype=bool)
            save(d, "a.shm", array)
            shown = [x for row in d.run("show", "--format", "json", "a.shm").json() for x in row]
            text = [x for row in d.run("show", "--format", "csv", "a.shm").out.splitlines() for x in row.split(",")]
            always = "!=-77.5" if dtype != "?" else "!=2"
            answer = d.expect(0, "find", "--json", "a.shm", always).json()
            assert [x["value"] for x in answer] == shown, dtype
            assert [x["index"] for x in answer] == [list(i) for i in np.ndindex(4, 6)]
            assert all(list(x) == ["index", "value"] for x in answer)
            assert [x for _, x in lines(d.run("find", "a.shm", always))] == text, dtype


@test
def rank_0_rank_32_and_empty_ones_are_searched():
    with Directory() as d:
        save(d, "a.shm", np.array(2.5))
        assert d.expect(0, "find", "a.shm", "2.5").out == "()\t2.5\n"
        assert d.expect(0, "find", "a.shm", ">2", "--json").json() == [{"index": [], "value": 2.5}]
        save(d, "a.shm", np.zeros((3, 0, 4)))
        d.expect(1, "find", "a.shm", "=0", says="a.shm: no element meets =0")
        result = d.expect(1, "find", "--json", "a.shm", "=0")
        assert result.json() == [] and result.out == "[]\n"
        array = np.zeros([2 if k % 3 == 0 else 1 for k in range(32)], "u1", order="F")
        array.ravel(order="K")[77] = 1
        save(d, "a.shm", array)
        check(d, array, "=1", lambda a: a == 1)
        save(d, "a.shm", np.zeros(5, [("x", "f4"), ("y", "i2")]))
        d.expect(1, "find", "a.shm", "=0", says="its elements are structs")


@test
def a_limit_gives_the_first_ones():
    with Directory() as d:
        array = np.asfortranarray(np.arange(3000.0).reshape(50, 60) % 7)
        save(d, "a.shm", array)
        first = [tuple(int(x) for x in i) for i in np.argwhere(array == 3)[:5]]
        assert [i for i, _ in lines(d.expect(0, "find", "--limit", "5", "a.shm", "=3"))] == first
        assert len(d.expect(0, "find", "--limit=5", "--json", "a.shm", "=3").json()) == 5
        assert len(lines(d.run("find", "a.shm", "=3", "--limit", str(2**64 - 1)))) == np.count_nonzero(array == 3)
        for limit in ["0", "-1", "x", str(2**64), ""]:
            d.expect(2, "find", "--limit", limit, "a.shm", "=3", says="option --limit takes a number from 1 on")


@test
def raw_bytes_are_searched_as_what_one_says_they_are():
    with Directory() as d:
        array = np.arange(24, dtype="<i2").reshape(4, 6)
        with open(d / "raw", "wb") as f:
            f.write(b"head" + array.tobytes())
        d.expect(1, "find", "raw", "=9", says="raw")
        said = ["--as", "<i2", "--shape", "4,-1", "--offset", "4"]
        assert lines(d.expect(0, "find", *said, "raw", "=9")) == [((1, 3), "9")]
        assert lines(d.expect(0, "find", *said, "--order", "F", "raw", "=9")) == [((1, 2), "9")]
        save(d, "a.shm", array)
        assert lines(d.run("find", "--as", "u1", "--shape", "48", "--offset", "128", "a.shm", "=9", "-i", "10:")) == [((18,), "9")]


@test
def what_is_wrong_is_said():
    with Directory() as d:
        save(d, "a.shm", np.zeros(5, "f4"))
        for arguments, says in [
            ([], "in which segment? find NAME CONDITION"),
            (["a.shm"], "a shell wants it in quotes, as '>3'"),
            (["a.shm", "nan", "inf"], "takes one NAME and one CONDITION"),
            (["a.shm", "abc"], "find: abc: expected nan, inf, or <"),
            (["a.shm", "\x1b[31m"], r"\x1b[31m: expected"),
            (["a.shm", "=>3"], "=>3: expected one of <"),
            (["a.shm", "=abc"], "a.shm: =abc: expected a number"),
            (["a.shm", "=nan"], "the condition nan, without a sign, finds it"),
            (["a.shm", "nan", "-i", "7"], "7"),
            (["--shape", "5", "a.shm", "nan"], "--as"),
            (["--nonsense", "a.shm", "nan"], "--nonsense"),
        ]:
            d.expect(2, "find", *arguments, says=says)
        d.expect(3, "find", "b.shm", "nan", says="b.shm")
        save(d, "a.shm", np.array(["x"]))
        d.expect(2, "find", "a.shm", ">3", says="expected = or != and a text")


@test
def one_that_ends_before_its_header_says_is_damaged():
    with Directory() as d:
        save(d, "a.shm", np.zeros(1000000))
        os.truncate(d / "a.shm", 4000000)
        d.expect(1, "find", "a.shm", "nan", says="a.shm")
        d.expect(1, "find", "a.shm", "=0", "--limit", "1", says="a.shm")


def limited():
    if not is_sanitized():  # which maps all addresses there are
        resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))


@test
def a_billion_columns_are_searched_in_little_memory():
    with Directory() as d:
        shape = (1, 10**9)
        with open(d / "a.shm", "wb") as f:
            np.lib.format.write_array_header_1_0(f, {"descr": "|u1", "fortran_order": False, "shape": shape})
            at = f.tell()
            f.truncate(at + 10**9)
            f.seek(at + 10**9 - 1)
            f.write(b"\1")
        assert lines(d.expect(0, "find", "a.shm", "=1", preexec_fn=limited)) == [((0, 10**9 - 1), "1")]
        process = subprocess.Popen(d.command("find", "a.shm", "=0", "-i", ":,:20000000"), stdout=subprocess.PIPE, preexec_fn=limited)
        count = sum(chunk.count(b"\n") for chunk in iter(lambda: process.stdout.read(1 << 20), b""))
        assert process.wait() == 0 and count == 20000000, (process.returncode, count)


def run_on_terminal(d, out, *arguments):
    """What a terminal on standard error sees, and on standard output too where out is None."""
    master, slave = pty.openpty()
    process = subprocess.Popen(d.command("find", *arguments), stdout=out or slave, stderr=slave, stdin=slave)
    os.close(slave)
    seen = b""
    try:
        while chunk := os.read(master, 4096):
            seen += chunk
    except OSError:  # EIO: nobody has it open any more
        pass
    os.close(master)
    return process.wait(), seen.decode()


@test
def a_bar_is_drawn_where_nothing_else_is():
    with Directory() as d:
        with open(d / "a.shm", "wb") as f:  # so slow to look through, for it is text, that the bar has its time
            np.lib.format.write_array_header_1_0(f, {"descr": "|S1", "fortran_order": False, "shape": (1 << 28,)})
            at = f.tell()
            f.truncate(at + (1 << 28))
            for block in range(1 << 8):  # no hole, which is not looked at, is as long as a block
                os.pwrite(f.fileno(), b"y", at + (block << 20) + (1 << 19))
        with open(d.file("out"), "wb") as out:
            code, seen = run_on_terminal(d, out, "a.shm", "=x")
        assert code == 1 and "%" in seen and seen.endswith("no element meets =x\r\n"), seen
        code, seen = run_on_terminal(d, None, "a.shm", "=x")
        assert code == 1 and seen == "shmtop: a.shm: no element meets =x\r\n", seen
        code, seen = run_on_terminal(d, subprocess.PIPE, "a.shm", "=x")  # whose reader may print there too
        assert code == 1 and seen == "shmtop: a.shm: no element meets =x\r\n", seen


@test
def a_reader_that_leaves_ends_it_quietly():
    with Directory() as d:
        save(d, "a.shm", np.zeros(3000000, "u1"))
        for arguments in [[], ["--json"]]:
            process = subprocess.Popen(
                d.command("find", "a.shm", "=0", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            assert process.stdout.readline()
            process.stdout.close()
            assert process.wait() == -13 and process.stderr.read() == "", process.returncode
            process.stderr.close()


@test
def json_of_much_is_json():
    with Directory() as d:
        save(d, "a.shm", np.array([np.nan, np.inf, -np.inf, 1.5] * 5000, "f2"))
        answer = json.loads(d.expect(0, "find", "a.shm", "!=1.5", "--json").out)
        assert len(answer) == 15000 and [x["value"] for x in answer[:3]] == ["nan", "inf", "-inf"]


main()
