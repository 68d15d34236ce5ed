"""describe and show --as: raw bytes, and what is said of them, by us and by others."""
import json
import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests", "support"))
from cli import Directory, Skip, main, need_root, test

HEADER = "user.npy_header"
OFFSET = "user.npy_offset"


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def need_attributes(d):
    try:
        write(d / "probe", b"")
        os.setxattr(d / "probe", "user.x", b"x")
    except OSError:
        raise Skip("no user attributes here (tmpfs before Linux 6.6)")
    finally:
        os.unlink(d / "probe")


def floats(*shape):
    count = 1
    for n in shape:
        count *= n
    return struct.pack(f"<{count}f", *range(count))


def said(d, name, **more):
    row = next(s for s in d.expect(0, "list", "--json", **more).json()["segments"] if s["name"] == name)
    return row["layout"], row["dtype"], row["shape"], row["order"], row["damaged"]


def shown(d, name, *arguments):
    return json.loads(d.expect(0, "show", name, "--format", "json", *arguments).out)


@test
def raw_bytes_are_shown_as_anything():
    with Directory() as d:
        write(d / "r", floats(3, 4))
        assert shown(d, "r", "--as", "f4", "--shape", "3,4") == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
        assert shown(d, "r", "--as", "f4", "--shape", "3,-1") == shown(d, "r", "--as", "<f4", "--shape", "3,4")
        assert shown(d, "r", "--as", "f4", "--shape", "3,4", "--order", "F")[1] == [1, 4, 7, 10]
        assert shown(d, "r", "--as", "f4", "--shape", "2", "--offset", "8") == [2, 3]
        assert shown(d, "r", "--as", "u4", "--shape", "-1", "-i", "1") == 0x3F800000
        assert shown(d, "r", "--as", "f4", "--shape", "3,4", "-i", "-1,0:2") == [8, 9]
        assert "[[ 0." in d.expect(0, "show", "r", "--as", "f4", "--shape", "3,4").out


@test
def what_bytes_say_themselves_is_ignored_then():
    with Directory() as d:
        text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }".ljust(117) + b"\n"
        write(d / "m", b"\x93NUMPY\x01\0v\0" + text + floats(2))
        assert shown(d, "m") == [0, 1]
        assert shown(d, "m", "--as", "u1", "--shape", "6")[1:] == list(b"NUMPY")
        assert shown(d, "m", "--as", "f4", "--shape", "-1", "--offset", "128") == [0, 1]


@test
def what_pytorch_shares_begins_behind_its_head():
    with Directory() as d:
        write(d / "torch_12_34_0", struct.pack("<i60x", 1) + floats(6))
        assert shown(d, "torch_12_34_0", "--as", "f4", "--shape", "2,3") == [[0, 1, 2], [3, 4, 5]]
        assert shown(d, "torch_12_34_0", "--as", "i4", "--shape", "1", "--offset", "0") == [1]
        says = d.expect(1, "show", "torch_12_34_0").err
        assert "--as f4 --shape 6" in says, says


@test
def a_raw_segment_tells_which_shapes_its_size_allows():
    with Directory() as d:
        write(d / "r", bytes(1000 * 768 * 4))
        d.expect(1, "show", "r", says="say what it holds, for example --as f4")
        d.expect(1, "show", "r", says="--as f4 --shape 768000 (or 1000,768 or ")
        write(d / "odd", bytes(7))
        d.expect(1, "show", "odd", says="--as u1 --shape 7;")
        write(d / "empty", b"")
        d.expect(1, "show", "empty", says="it is empty")


@test
def a_shape_that_does_not_fit_is_refused():
    with Directory() as d:
        write(d / "r", floats(3, 4))
        for shape in ("3,5", "5,-1", "13", "9223372036854775807,2"):
            d.expect(1, "show", "r", "--as", "f4", "--shape", shape, says="r: ")
            d.expect(1, "describe", "r", "--as", "f4", "--shape", shape, says="r: ")
        d.expect(1, "show", "r", "--as", "f4", "--shape", "12", "--offset", "1")
        d.expect(1, "describe", "r", "--as", "f4", "--shape", "12", "--offset", "49")
        assert said(d, "r") == ("raw", None, None, None, None)


@test
def mistakes_are_usage_errors():
    with Directory() as d:
        write(d / "r", floats(3, 4))
        for command in ("show", "describe"):
            for arguments in (["--as", "f4"], ["--shape", "3"], ["--order", "C"], ["--as", "f9", "--shape", "3"],
                              ["--as", "O", "--shape", "3"], ["--as", "f4", "--shape", "3x"], ["--as", "f4", "--shape", ""],
                              ["--as", "f4", "--shape", "-1,-1"], ["--as", "f4", "--shape", "3", "--order", "c"],
                              ["--as", "f4", "--shape", "3", "--offset", "-1"], ["--as", "S", "--shape", "3"]):
                d.expect(2, command, "r", *arguments)
        d.expect(2, "describe", "r")
        d.expect(2, "describe")
        d.expect(2, "describe", "r", "--clear", "--as", "f4", "--shape", "3")
        d.expect(3, "describe", "nix", "--as", "f4", "--shape", "3")
        d.expect(3, "describe", "nix", "--clear")


@test
def describe_records_an_attribute_that_python_reads():
    with Directory() as d:
        need_attributes(d)
        write(d / "r", bytes(16) + floats(3, 4))
        out = d.expect(0, "describe", "r", "--as", "f4", "--shape", "3,-1", "--order", "F", "--offset", "16").out
        assert out == "r: float32 3 × 4, order F, from byte 16 on: recorded in its attribute user.npy_header\n", out
        assert eval(os.getxattr(d / "r", HEADER)) == {"descr": "<f4", "fortran_order": True, "shape": (3, 4)}
        assert os.getxattr(d / "r", OFFSET) == b"16"
        assert said(d, "r") == ("described", "<f4", [3, 4], "F", None)
        assert shown(d, "r")[1] == [1, 4, 7, 10]
        assert "described:  its attribute user.npy_header" in d.expect(0, "info", "r").out
        assert d.expect(0, "describe", "r", "--clear").out == "r: float32 3 × 4 is recorded no more; raw bytes now\n"
        assert d.expect(0, "describe", "r", "--clear").out == "r: nothing was recorded\n"
        assert os.listxattr(d / "r") == []
        assert said(d, "r")[0] == "raw"


@test
def what_a_description_leaves_out_or_replaces_is_said():
    with Directory() as d:
        write(d / "r", floats(1000, 768))
        first = d.expect(0, "describe", "r", "--as", "f4", "--shape", "-1,768").out
        assert first.startswith("r: float32 1000 × 768, order C: recorded in ") and "was" not in first, first
        second = d.expect(0, "describe", "r", "--as", "f4", "--shape", "2,100", "--offset", "8").out
        assert "from byte 8 on, covers 800 of 3,072,000 bytes: recorded" in second, second
        assert second.endswith(" (was float32 1000 × 768)\n"), second
        again = d.expect(0, "describe", "r", "--as", "f4", "--shape", "2,100", "--offset", "8").out
        assert "was" not in again, again
        cleared = d.expect(0, "describe", "r", "--clear", options=["--ascii"]).out
        assert cleared == "r: float32 2 x 100 is recorded no more; raw bytes now\n", cleared


@test
def show_says_that_it_looks_at_a_part():
    with Directory() as d:
        write(d / "r", floats(3, 4))
        d.expect(0, "show", "r", "--as", "f4", "--shape", "2", says="r: what --as and --shape say covers 8 of 48 bytes")
        for whole in (["--shape", "3,4"], ["--shape", "2", "--offset", "40"]):
            assert d.expect(0, "show", "r", "--as", "f4", *whole).err == ""


@test
def what_python_records_is_known():
    with Directory() as d:
        need_attributes(d)
        write(d / "r", floats(3, 4))
        os.setxattr(d / "r", HEADER, repr({"descr": ">i2", "fortran_order": False, "shape": (2, 12)}).encode())
        assert said(d, "r") == ("described", ">i2", [2, 12], "C", None)
        os.setxattr(d / "r", HEADER, repr({"descr": ">i2", "fortran_order": False, "shape": (2, 13)}).encode())
        layout, dtype, shape, order, damaged = said(d, "r")
        assert (layout, dtype, shape, order) == ("described", None, None, None) and "52 bytes" in damaged, damaged
        d.expect(1, "show", "r", says="damaged: ")
        d.expect(0, "describe", "r", "--as", "f4", "--shape", "12")  # mends it
        assert said(d, "r") == ("described", "<f4", [12], "C", None)


@test
def load_raw_records_what_it_loads():
    with Directory() as d:
        need_attributes(d)
        text = b"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }".ljust(117) + b"\n"
        write(d.file("m.npy"), b"\x93NUMPY\x01\0v\0" + text + floats(6))
        d.expect(0, "load", d.file("m.npy"), "r", "--layout", "raw")
        assert open(d / "r", "rb").read() == floats(6)
        assert said(d, "r") == ("described", "<f4", [2, 3], "F", None)
        assert eval(os.getxattr(d / "r", HEADER)) == {"descr": "<f4", "fortran_order": True, "shape": (2, 3)}


@test
def a_segment_that_says_it_itself_is_refused():
    with Directory() as d:
        text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }".ljust(117) + b"\n"
        write(d / "m", b"\x93NUMPY\x01\0v\0" + text + floats(2))
        d.expect(1, "describe", "m", "--as", "f4", "--shape", "2", says="m: is a .npy file already")
        d.expect(1, "describe", "m", "--clear", says="m: is a .npy file already")
        write(d / "sem.x", bytes(32))
        d.expect(1, "describe", "sem.x", "--as", "f4", "--shape", "2", says="semaphore")
        os.mkdir(d / "dir")
        d.expect(1, "describe", "dir", "--as", "f4", "--shape", "2", says="directory")


@test
def read_only_describes_nothing():
    with Directory() as d:
        write(d / "r", floats(3, 4))
        d.expect(4, "describe", "r", "--as", "f4", "--shape", "12", options=["-r"], says="--read-only")
        d.expect(4, "describe", "r", "--clear", options=["-r"], says="--read-only")
        assert said(d, "r")[0] == "raw"
        assert d.expect(0, "show", "r", "--as", "f4", "--shape", "12", options=["-r"]).out


@test
def of_anothers_segment_it_is_recorded_for_oneself():
    need_root()
    with Directory() as d:
        write(d / "r", floats(3, 4))
        os.chmod(d / "r", 0o644)
        os.makedirs(d.file("home"))
        os.chown(d.file("home"), 1, 1)
        own = {"uid": 1, "env": {"XDG_STATE_HOME": d.file("home/state")}}
        out = d.expect(0, "describe", "r", "--as", "f4", "--shape", "3,4", **own).out
        path = d.file("home/state/shmtop/described")
        assert out == f"r: float32 3 × 4, order C: recorded in {path}, for you alone\n", out
        assert said(d, "r", **own) == ("described", "<f4", [3, 4], "C", None)
        assert said(d, "r")[0] == "raw"
        assert f"described:  {path}" in d.expect(0, "info", "r", **own).out
        os.rename(d / "r", d / "s")
        assert said(d, "s", **own)[0] == "described"
        write(d / "r", floats(3, 4))
        assert said(d, "r", **own)[0] == "raw"
        # Whoever may write the state file could choose what is believed.
        os.chmod(path, 0o666)
        result = d.expect(0, "list", "--json", **own)
        assert "everybody may write it" in result.err, result.err
        assert next(s for s in result.json()["segments"] if s["name"] == "s")["layout"] == "raw"
        d.expect(5, "describe", "s", "--as", "f4", "--shape", "12", **own,
                 says="the state file cannot be used: everybody may write it: chmod o-w")
        os.chmod(path, 0o600)
        os.chown(path, 2, 2)
        assert "belongs to user 2" in d.expect(0, "list", **own).err
        os.chown(path, 1, 1)
        d.expect(0, "describe", "s", "--clear", **own)
        assert said(d, "s", **own)[0] == "raw"


@test
def what_lost_its_name_is_described_through_its_holder():
    with Directory() as d:
        need_attributes(d)
        write(d / "r", floats(3, 4))
        with open(d / "r", "rb") as held:
            name = f"#{os.fstat(held.fileno()).st_ino}"
            os.unlink(d / "r")
            out = d.expect(0, "describe", name, "--as", "f4", "--shape", "3,4").out
            assert out == "r: float32 3 × 4, order C: recorded in its attribute user.npy_header\n", out
            assert b"(3, 4)" in os.getxattr(held.fileno(), HEADER)
            d.expect(0, "restore", name)
            assert said(d, "r") == ("described", "<f4", [3, 4], "C", None)
            d.expect(0, "describe", name, "--clear")
            assert os.listxattr(held.fileno()) == []
        d.expect(3, "describe", name, "--clear")


@test
def anothers_attribute_is_not_contradicted():
    need_root()
    with Directory() as d:
        need_attributes(d)
        write(d / "r", floats(3, 4))
        os.chmod(d / "r", 0o644)
        d.expect(0, "describe", "r", "--as", "f4", "--shape", "3,4")
        own = {"uid": 1, "env": {"XDG_STATE_HOME": d.file("state")}}
        d.expect(5, "describe", "r", "--as", "f4", "--shape", "12", **own, says="has a description already")
        d.expect(5, "describe", "r", "--clear", **own)
        assert said(d, "r", **own)[2] == [3, 4]


@test
def where_no_attribute_can_be_the_state_file_tells():
    compiler = os.environ.get("CC", "cc").split()
    shim = ("#include <errno.h>\n#include <sys/types.h>\n"
            "ssize_t fgetxattr(int f, const char *n, void *v, size_t s) {(void)f; (void)n; (void)v; (void)s; errno = EOPNOTSUPP; return -1;}\n"
            "int fsetxattr(int f, const char *n, const void *v, size_t s, int x) "
            "{(void)f; (void)n; (void)v; (void)s; (void)x; errno = EOPNOTSUPP; return -1;}\n"
            "int fremovexattr(int f, const char *n) {(void)f; (void)n; errno = EOPNOTSUPP; return -1;}\n")
    with Directory() as d:
        library = d.file("old-kernel.so")
        try:
            built = subprocess.run([*compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", library], input=shim.encode(),
                                   capture_output=True).returncode == 0
        except FileNotFoundError:
            built = False
        old = {"env": {"LD_PRELOAD": library}}
        if not built or d.run("--version", **old).code != 0:
            raise Skip("nothing can be preloaded here")
        write(d / "r", floats(3, 4))
        path = d.file("state/shmtop/described")
        out = d.expect(0, "describe", "r", "--as", "f4", "--shape", "3,4", **old).out
        assert out.endswith(f": recorded in {path}, for you alone\n"), out
        assert said(d, "r", **old) == ("described", "<f4", [3, 4], "C", None)
        assert shown(d, "r") == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
        text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".ljust(117) + b"\n"
        write(d.file("m.npy"), b"\x93NUMPY\x01\0v\0" + text + floats(6))
        d.expect(0, "load", d.file("m.npy"), "raw", "--layout", "raw", **old)
        assert said(d, "raw") == ("described", "<f4", [2, 3], "C", None)
        nowhere = {"env": {"LD_PRELOAD": library, "XDG_STATE_HOME": "/proc/nowhere"}}
        result = d.expect(0, "load", d.file("m.npy"), "lost", "--layout", "raw", **nowhere)
        assert "what it holds could not be recorded" in result.err, result.err
        os.truncate(d / "r", 47)
        assert "48 bytes" in said(d, "r")[4]
        d.expect(0, "describe", "r", "--clear", **old)
        assert said(d, "r")[0] == "raw"


main()
