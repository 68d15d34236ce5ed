"""Files that are damaged, lie, or mean harm, of every kind that load reads, each from a path and through a pipe: refused
with the reason and the place, with product.md's exit code, in little memory and time, and nothing is left."""
import io
import os
import pickle
import resource
import socket
import struct
import subprocess
import sys
import threading
import zipfile
import zlib

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import Directory, is_sanitized, main, test

GIGABYTE = 1 << 30
MEMORY = 512 << 20  # of addresses, with what libraries and threads map
SANITIZED = is_sanitized()  # which maps all addresses there are


def limit_memory():
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def header(text, version=1, length=None):
    text = text.encode("latin-1") if isinstance(text, str) else text
    form = "<H" if version == 1 else "<I"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack(form, len(text) if length is None else length) + text


def described(descr="'<f8'", order="False", shape="(3,)", more="", data=bytes(24)):
    return header(f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, {more}}}\n") + data


def refuse(d, data, says, code=1, arguments=(), pipe=True):
    with open(d.file("x"), "wb") as f:
        f.write(data)
    runs = [({}, d.file("x"))]
    if pipe:
        runs.append(({"input": data}, "-"))
    for more, source in runs:
        done = d.run("load", *arguments, source, "x.shm", preexec_fn=limit_memory, **more)
        told = f"{data[:60]!r} from {source}: exit {done.code}: {done.err}"
        assert done.code == code and done.err.startswith("shmtop: ") and done.err.count("\n") == 1, told
        for words in [says] if isinstance(says, str) else says:
            assert words in done.err, f"{told} (does not say {words!r})"
        assert d.names() == [], told


def refuse_all(cases, **more):
    with Directory() as d:
        for case in cases:
            refuse(d, *case, **more)


# --- npy.md 1 and 2: .npy ---


@test
def headers_that_are_damaged_or_lie():
    good = npy(np.arange(3.0))
    refuse_all([
        (b"\x93NUMPY", "ends within its header"),
        (good[:9], "ends within its header"),
        (good[:70], "ends within its header"),
        (good[:-1], " its header promises"),
        (b"\x93NUMPY\x04\x00" + good[8:], "npy version 4.0 is not known"),
        (b"\x93NUMPY\x01\x01" + good[8:], "npy version 1.1 is not known"),
        (header("", 2, 0xFFFFFFFF), "a header of 4294967295 bytes"),
        (header("{'descr': '<f8'", 2, 0x7FFFFFFF), "a header of 2147483647 bytes"),
        (header(""), "expected '{' at byte 10"),
        (header("1"), "expected '{' at byte 10"),
        (header("{'descr': 'x', 'shape': (1, 2), }"), "'x' is no element type"),
        (header("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }" + "\0" * 7) + bytes(24), "a NUL byte"),
        (header("__import__('os').system('touch x.shm')"), "expected '{' at byte 10"),
        (header("{'descr': __import__('os').system('touch x.shm'), 'fortran_order': False, 'shape': (3,)}"), "expected a string at byte 20"),
        (described(more="'extrakey': -1, "), "a key that is none of"),
        (described(more="'shape': (4,), "), "a key that occurs twice at byte 74"),
        (described(order="0"), "neither True nor False at byte 44"),
        (described(order="None"), "neither True nor False at byte 44"),
        (described(shape="(-3,)"), "a negative dimension at byte 61"),
        (described(shape="(3)"), "expected ',' behind the only dimension at byte 62"),
        (described(shape="(3.0,)"), "expected ',' or a closing bracket at byte 62"),
        (described(shape="[3]"), "expected '(' at byte 60"),
        (described(shape="(1_0,)"), "expected ',' or a closing bracket at byte 62"),
        (described(shape="(4294967296, 4294967296, 4294967296)"), "more elements than fit in 63 bits"),
        (described(shape="(9223372036854775808,)"), "a dimension above 2^63-1 at byte 79"),
        (described(shape="(99999999999999999999999,)"), "a dimension above 2^63-1 at byte 79"),
        (described(shape="(1152921504606846976,)"), "more bytes than fit in 63 bits"),
        (described(shape="(0, 9223372036854775807, 9223372036854775807)"), "more elements than fit in 63 bits"),
        (described(shape="(" + "1, " * 65 + ")"), "more than 64 dimensions"),
        (described(shape="(" * 5000 + ")" * 5000), "expected a dimension at byte 61"),
        (described(descr="'|O'"), "object arrays are not supported"),
        (described(descr="'<f3'"), "'<f3' is no element type"),
        (described(descr="'<f16'"), "float128 is not supported"),
        (described(descr="'<V99999999999999999999'"), "is no element type"),
        (described(descr="[('a', '<f8'), ('a', '<f8')]"), "field 'a' occurs more than once"),
        (described(descr="[('a', '|O')]"), "object arrays are not supported"),
        (described(descr="[" * 3000 + "]" * 3000), "expected '(' at byte 21"),
        (described(descr="'\x1b]0;x\x07'"), r"'\x1b]0;x\x07' is no element type"),
    ])


# --- npy.md 4: .npz ---


def npz(*members, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def patched(data, what, by, last=False):
    """With the first, or last, of these bytes changed."""
    at = data.rindex(what) if last else data.index(what)
    return data[:at] + by + data[at + len(what) :]


def zip_of(name, packed, size, crc, method=8, flags=0, more=1):
    """One member, whose directory says what it is told to say, as often as it is told to."""
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, flags, method, 0, 33, crc, len(packed), size, len(name), 0) + name + packed
    central = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, flags, method, 0, 33, crc, len(packed), size, len(name),
                          0, 0, 0, 0, 0, 0) + name
    return local + central * more + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, more, more, len(central) * more, len(local), 0)


def bomb(start, zeros):
    """A deflate stream of start and so many mebibytes of zeros, a kibibyte each."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = squeeze.compress(start) + squeeze.flush(zlib.Z_FULL_FLUSH)
    piece = squeeze.compress(bytes(1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return head + piece * zeros + squeeze.flush()


@test
def archives_that_are_damaged_or_lie():
    data = npy(np.arange(3.0))
    one = npz(("a.npy", data))
    packed = npz(("a.npy", data), method=zipfile.ZIP_DEFLATED)
    refuse_all([
        (one[:30], "Not a zip archive"),
        (one[:-1], "Not a zip archive"),
        (one[:-30], "Not a zip archive"),
        (patched(one, data[-8:], b"12345678"), "member a: damaged: CRC error"),
        (patched(packed, b"a.npy\x9b", b"a.npy\xff"), "member a: damaged: Zlib error: data error"),
        (patched(one, b"a.npy", b"z.npy"), "member a: damaged: its own header gives it another name"),
        (npz(), "a zip archive that holds no matrix"),
        (npz(("readme.txt", b"hello")), "member readme.txt: no .npy file"),
        (npz(("a.npy", data), ("b.npy", data)), "and --member says which: a, b", 2),
        (npz(("a.npy", data), ("b.npy", data)), "no member c in it; there is a, b", 3, ["--member", "c"]),
        (npz(("a.npy", data[:-1])), "member a: cut short: 23 bytes of data at most, where its header promises 24"),
        (npz(("a.npy", npz(("a.npy", data)))), "member a: no .npy file"),
        (npz(("a.npy", pickle.dumps(3))), "member a: no .npy file"),
        (npz(("a.npy", npy(np.array([None], dtype=object)))), "member a: object arrays are not supported"),
        (npz(("\x1b]0;x\x07.npy", data[:-1])), r"member \x1b]0;x\x07: cut short"),
        (zip_of(b"a.npy", data, len(data), 0, method=0, flags=1), "member a: encrypted (PKWARE's traditional encryption)"),
        (zip_of(b"a.npy", data, len(data), 0, method=14), "member a: compressed by LZMA (method 14)"),
        (zip_of(b"a.npy", data, len(data), 0, method=99), "Zip archive inconsistent"),
        (zip_of(b"a.npy", data, 0xFFFFFFFF, 0, method=0), "its zip64 sizes are missing"),
    ])


@test
def bombs_do_not_go_off():
    small, large = described(shape="(3,)"), described(shape=f"({10 * GIGABYTE // 8},)", data=b"")
    ten = bomb(small, 10 * 1024)
    cases = [
        (zip_of(b"a.npy", ten, len(small), zlib.crc32(small)), "member a: much more behind its array than its archive says"),
        (zip_of(b"a.npy", ten, 0xFFFFFFF0, 0), "member a: 4294967188 bytes behind its array"),
        (zip_of(b"a.npy", ten, len(small), zlib.crc32(small), more=60000), "member a: much more behind its array than its archive says", 1, ["--member", "a"]),
        (zip_of(b"a.npy", bomb(large, 1), len(large) + (1 << 20), 0), "member a: cut short: 1048576 bytes of data at most"),
        (zip_of(b"a.npy", bomb(b"PK\3\4", 1024), GIGABYTE + 4, 0), "member a: no .npy file"),
        (npz(("a.npz", npz(("a.npz", npz(("a.npy", small)))))), "member a.npz: no .npy file"),
    ]
    refuse_all(cases, pipe=False)


# --- npy.md 5: text ---


@test
def texts_that_hold_something_else():
    refuse_all([
        (b"", "empty"),
        (b"\n\n \n", "a text without numbers"),
        (b"# nothing\n", "a text without numbers"),
        (b"hello, world\n", "a text without numbers"),
        (b"1,2\n3\n", "line 2 has 1 column, the first has 2"),
        (b"1,2\n3,4,5\n", "line 2 has more columns than the first, which has 2"),
        (b"1,2\n3,4x\n", "line 2, column 2: '4x' is no number"),
        (b"1,2\n0x10,4\n", "line 2, column 1: '0x10' is no number"),
        (b"1,2\n1_1,4\n", "line 2, column 1: '1_1' is no number"),
        (b"1,2\n1.0D+3,4\n", "line 2, column 1: '1.0D+3' is no number"),
        (b"1,2\n++2,4\n", "line 2, column 1: '++2' is no number"),
        (b"1,2\nnan(1),4\n", "line 2, column 1: 'nan(1)' is no number"),
        (b"1,2\ninfinite,4\n", "line 2, column 1: 'infinite' is no number"),
        (b'1,2\n"3,4\n', "line 2, column 1: a quote that does not end on its line"),
        (b"1,2\n3,4\0\n", "neither .npy, .npz, pickle nor text"),
        (b"1,2\n3\0,4\n", "neither .npy, .npz, pickle nor text"),
        (b"\0" * 1000, "neither .npy, .npz, pickle nor text"),
        (bytes(range(128, 256)), "text"),
        (b"1,2\n3,\xff\xfe\n", r"line 2, column 2: '\xff\xfe' is no number"),
        ("1,2\n3,\u202e4\n".encode(), r"line 2, column 2: '\u202e4' is no number"),
        (b"1,2\n3,\x1b]0;x\x07\n", "neither .npy, .npz, pickle nor text"),
        ("1,2\n3,4\n".encode("utf-16"), "UTF-16 text"),
        (b"1,-2\n", "1 value was out of range and saturated (--strict)", 1, ["--as", "u2", "--strict"]),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a text without numbers"),
        (b"\x7fELF\x02\x01\x01" + bytes(57), "neither .npy, .npz, pickle nor text"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\3", "compressed with gzip"),
        (b"<html><body>1,2</body></html>\n", "line 1, column 1: '<html><body>1' is no number"),
        (b'{"a": [1, 2, 3]}\n', "line 1, column 1:"),
    ])


def feed(process, start, block, size):
    """Gives so many bytes, or as many as are taken."""
    try:
        with process.stdin as pipe:
            pipe.write(start)
            for _ in range(size // len(block)):
                pipe.write(block)
    except BrokenPipeError:
        pass


def refuse_endless(start, block, says):
    with Directory() as d:
        process = subprocess.Popen(d.command("load", "-", "x.shm"), stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=limit_memory)
        feeder = threading.Thread(target=feed, args=(process, start, block, GIGABYTE))
        feeder.start()
        told = process.stderr.read().decode()
        feeder.join()
        assert process.wait() == 1 and says in told, f"{block[:20]!r}: {process.returncode}: {told}"
        assert d.names() == []


@test
def lines_of_a_gigabyte():
    million = 1 << 20
    refuse_endless(b"1,2\n3,4\n", b"1" * million, "line 3, column 1: a cell of more than 4096 bytes")
    refuse_endless(b"", b"1" * million, "a text without numbers")
    refuse_endless(b"", b"1," * million, "line 1 is longer than")
    refuse_endless(b"", b" " * million, "a text without numbers")
    refuse_endless(b"# ", b"1" * million, "a text without numbers")
    refuse_endless(b'1,2\n3,"', b"1" * million, "line 2, column 2: a cell of more than 4096 bytes")
    refuse_endless(b"1,2\n", b"\0" * million, "neither .npy, .npz, pickle nor text")
    with Directory() as d:
        with open(d.file("sparse.csv"), "wb") as f:
            f.write(b"1,2\n3,")
            f.truncate(GIGABYTE)
        d.expect(1, "load", d.file("sparse.csv"), says="neither .npy, .npz, pickle nor text", preexec_fn=limit_memory)
        assert d.names() == []


# --- pickles ---


class Runs:
    def __init__(self, function, *arguments):
        self.reduce = function, arguments

    def __reduce__(self):
        return self.reduce


def laughs():
    """A billion, in a kilobyte."""
    tower = ("ha",) * 10
    for _ in range(30):
        tower = (tower,) * 10
    return tower


@test
def pickles_that_would_run_something():
    array = np.arange(3.0)
    with Directory() as d:
        touch = d / "x.shm"
        values = [
            (Runs(os.system, f"touch {touch}"), "asks for posix.system: refused, nothing of it was run"),
            (Runs(eval, f"open({touch!r}, 'w')"), ".eval: refused, nothing of it was run"),
            (Runs(open, touch, "w"), ".open: refused, nothing of it was run"),
            (Runs(np.load, touch), "asks for numpy.load: refused, nothing of it was run"),
            ([array, array], "a list: a pickle of one ndarray alone is read"),
            ({"a": array}, "begins with a dict: a pickle of one ndarray alone is read"),
            (3, "holds a number, no ndarray"),
            ("text", "holds a string, no ndarray"),
            (None, "holds None, no ndarray"),
            (laughs(), "begins with a tuple or set"),
            (np.array([None], dtype=object), "an object array: its values are pickles themselves"),
            (np.ma.masked_array([1, 2]), "asks for numpy.ma.core._mareconstruct: refused"),
            (np.zeros(3, [("a", "O")]), "an object array: its values are pickles themselves"),
            (np.float64(1), ".multiarray.scalar: refused"),
        ]
        for value, says in values:
            for protocol in (2, 3, 4, 5):
                refuse(d, pickle.dumps(value, protocol), says)
        good = pickle.dumps(np.arange(1000.0), 4)
        for data, says in [
            (good[:-1], "ends at byte 8150, within the pickle"),
            (good[:500], "cut short"),
            (good[:40], "ends at byte 40, within the pickle"),
            (b"\x80\x06" + good[2:], "neither .npy, .npz, pickle nor text"),
            (b"\x80\x04.", "at byte 2: ends with 0 values, where one is due"),
            (b"\x80\x02cos\nsystem\n(S'true'\ntR.", "at byte 2: asks for os.system: refused, nothing of it was run"),
            (b"\x80\x02Pperson\n.", "at byte 2: asks for a persistent object from outside"),
            (b"\x80\x02\x82\x01.", "at byte 2: asks for an extension's object"),
            (b"\x80\x04\x8e" + b"\xff" * 8, "at byte 2: a string of 18446744073709551615 bytes"),
            (b"\x80\x04" + b"(" * 100000, "at byte 2: begins with a tuple or set"),
            (b"\x80\x04" + b"]" * 1000000, "at byte 2: a list"),
            (b"\x80\x02" + b"2" * 10, "at byte 2: DUP"),
            (b"\x80\x04r\xff\xff\xff\xff", "at byte 2: takes from an empty stack"),
        ]:
            refuse(d, data, says)
        for protocol in (0, 1):
            refuse(d, pickle.dumps(array, protocol), "a pickle of protocol 0 or 1: 2 to 5 are read")


# --- what is no file ---


@test
def what_is_no_file_is_refused_without_waiting():
    with Directory() as d:
        os.mkfifo(d.file("fifo"))
        os.symlink("fifo", d.file("link"))
        os.symlink("loop", d.file("loop"))
        os.mkdir(d.file("dir"))
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(d.file("socket"))
        for path, says, code in [
            (d.file("fifo"), "is a FIFO, not a regular file", 1),
            (d.file("link"), "is a FIFO, not a regular file", 1),
            (d.file("loop"), "Too many levels of symbolic links", 3),
            (d.file("dir"), "is a directory", 1),
            (d.file("socket"), "is not a regular file", 1),
            ("/dev/zero", "is not a regular file", 1),
            ("/dev/null", "is not a regular file", 1),
            ("/proc/self/status", "/proc/self/status: line", 1),
            (d.file("none"), "no such file", 3),
            (d.file("x" * 300), "File name too long", 2),
        ]:
            d.expect(code, "load", path, "x.shm", says=says)
            assert d.names() == [], path
        listener.close()
        for path, says in [
            ("/dev/zero", "neither .npy, .npz, pickle nor text"), ("/dev/null", "empty"), (d.file("dir"), "a directory")
        ]:
            descriptor = os.open(path, os.O_RDONLY)
            d.expect(1, "load", "-", "x.shm", stdin=descriptor, says=says)
            os.close(descriptor)
        d.expect(1, "load", "-", "x.shm", says="shmtop: -: ", preexec_fn=lambda: os.close(0))
        assert d.names() == []


@test
def a_file_that_changes_under_the_load():
    array = np.arange(1 << 20, dtype="f8")
    for change in (lambda f: f.truncate(1000), lambda f: f.write(b"more"), lambda f: (f.seek(200), f.write(b"other"))):
        with Directory() as d:
            path = d.file("a.npy")
            np.save(path, array)
            process = subprocess.Popen(d.command("load", "--as", "f4", path, "x.shm"), stderr=subprocess.PIPE)
            with open(path, "r+b") as f:
                f.seek(0, os.SEEK_END)
                change(f)
            told = process.stderr.read().decode()
            code = process.wait()
            assert code in (0, 1, 4), told
            if code == 0:  # it was there first
                assert np.load(d / "x.shm").shape == array.shape and d.names() == ["x.shm"]
            else:
                assert told.startswith("shmtop: ") and "a.npy" in told and d.names() == [], told


# --- segments that say something about themselves ---


@test
def descriptions_and_heads_that_cannot_be():
    with Directory() as d:
        with open(d / "raw", "wb") as f:
            f.write(bytes(1000))
        for arguments in (
            ["--as", "f8", "--shape", "1000"],
            ["--as", "f8", "--shape", "-1,7"],
            ["--as", "f8", "--shape", "10,10", "--offset", "300"],
            ["--as", "f8", "--shape", "9223372036854775807,9223372036854775807"],
        ):
            d.expect(1, "describe", "raw", *arguments)
            d.expect(1, "show", "raw", *arguments)
        for arguments in (["--as", "O", "--shape", "1"], ["--as", "f8", "--shape", "-1,-1"], ["--as", "f8", "--shape", "x"],
                          ["--as", "f8", "--shape", "1", "--offset", "-1"]):
            d.expect(2, "describe", "raw", *arguments)
        d.expect(1, "show", "raw", says="nothing in it says its type and shape")


@test
def segments_whose_head_half_matches():
    good = npy(np.arange(100.0))
    magic = b"[SharedArray]\0"
    segments = {
        "cut": good[:60],
        "short": good[:-1],
        "object": described(descr="'|O'"),
        "endless": described(shape=f"({1 << 60},)"),
        "version": b"\x93NUMPY\x09\0" + good[8:],
        "tail": bytes(4000) + magic + bytes(82),
        "head": magic + b"\xff" * 500,
        "a.im.shm": b"\xff" * 8192,
        "b.im.shm": bytes(100),
        "raw": b"\xff" * 4096,
        "empty": b"",
    }
    with Directory() as d:
        for name, data in segments.items():
            with open(d / name, "wb") as f:
                f.write(data)
        found = {s["name"]: s for s in d.expect(0, "list", "--json").json()["segments"]}
        assert sorted(found) == sorted(segments)
        for name, s in found.items():
            assert s["shape"] is None and s["dtype"] is None, s
            assert s["damaged"] or s["layout"] == "raw", s
            d.expect(1, "show", name, says=name)
            d.expect(0, "info", name)
        assert all(found[name]["damaged"] for name in ("cut", "short", "object", "endless", "version")), found


main()
