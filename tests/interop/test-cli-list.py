"""list and info on real segments: numpy's files, hostile names, all kinds of entries."""
import calendar
import fcntl
import os
import pty
import pwd
import re
import socket
import struct
import subprocess
import sys
import termios
import time

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import HOSTILE, KEYS, SHMTOP, Directory, main, need_root, test


def list_json(d, *arguments, **more):
    return d.expect(0, "list", "--json", *arguments, **more).json()


def segment(d, name):
    return next(s for s in list_json(d)["segments"] if s["name"] == name)


@test
def the_json_has_all_keys_in_order():
    with Directory() as d:
        np.save(open(d / "a.shm", "wb"), np.zeros((3, 4), "f2"))
        answer = list_json(d)
        assert list(answer) == ["directory", "filesystem", "warnings", "segments"]
        assert answer["directory"] == d.path
        assert all(list(w) == ["code", "text"] for w in answer["warnings"])
        assert list(answer["filesystem"]) == ["size", "used", "free"]
        only = answer["segments"][0]
        assert list(only) == KEYS
        for key in "producer creator_pid damaged".split():
            assert only[key] is None, key
        assert (only["holders"], only["state"], only["loading"], only["ownerless"]) == (0, "idle", False, False), only
        assert isinstance(only["holders_complete"], bool) and isinstance(only["holders_unread"], int)
        assert (only["holders_reason"] is None) == only["holders_complete"]


HOLD = "import mmap, sys; f = open(sys.argv[1], sys.argv[2]); m = mmap.mmap(f.fileno(), 0, access=int(sys.argv[3])); f.close(); print('up', flush=True); sys.stdin.read()"


class Holder:
    """A process that maps a segment, its descriptor closed. Use with `with`."""

    def __init__(self, path, mode="r+b", access=0):
        self.arguments = [sys.executable, "-c", HOLD, path, mode, str(access)]

    def __enter__(self):
        self.process = subprocess.Popen(self.arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == b"up\n"
        self.pid = self.process.pid
        return self

    def __exit__(self, *_):
        self.process.communicate()


def dead_pid():
    ended = subprocess.Popen(["true"])
    ended.wait()
    return ended.pid


@test
def every_state_is_told_in_the_list_and_in_info():
    with Directory() as d:
        leaked, alive = f"torch_{dead_pid()}_1_0", f"torch_{os.getpid()}_1_0"
        for name in ("live.shm", "copied.shm", "idle.shm", leaked, alive, "psm_00c0ffee", "gone.shm"):
            np.save(open(d / name, "wb"), np.zeros(5000))
        os.mkdir(d / "dir")
        np.save(open(d / "dir/in", "wb"), np.zeros(10))
        # Private maps count too. ACCESS_COPY is 3, ACCESS_READ 1.
        with Holder(d / "live.shm") as live, Holder(d / "copied.shm", "rb", 3), Holder(d / "gone.shm", "rb", 1) as gone, \
                open(d / "dir/in", "rb"):
            inode = os.stat(d / "gone.shm").st_ino
            os.unlink(d / "gone.shm")
            rows = {s["name"]: s for s in list_json(d)["segments"]}
            states = {name: s["state"] for name, s in rows.items()}
            assert states == {
                "live.shm": "live", "copied.shm": "live", "idle.shm": "idle", leaked: "leaked", alive: "idle",
                "psm_00c0ffee": "idle", "gone.shm": "unlinked", "dir": "live", "dir/in": "live",
            }, states
            assert rows[leaked]["creator_pid"] == int(leaked.split("_")[1]) and rows[leaked]["producer"] == "pytorch"
            assert rows["gone.shm"]["inode"] == inode and rows["gone.shm"]["holders"] == 1
            assert (rows["dir"]["holders"], rows["idle.shm"]["holders"]) == (1, 0)
            table = d.expect(0, "list").out
            line = lambda name: next(l for l in table.splitlines() if l.startswith(name + " "))
            assert f"{live.pid} python3" in line("live.shm") and "unlinked" in line("gone.shm")
            assert "leaked" in line(leaked) and "nobody" in line(leaked) and f"{rows[leaked]['creator_pid']} gone" in line(leaked)
            names = lambda where: [s["name"] for s in list_json(d, "--where", where)["segments"]]
            assert names("state:live !name:*.shm") == ["dir", "dir/in"]
            assert names("state:unlinked") == ["gone.shm"] and names("is:unheld producer:pytorch name:*_1_0") == sorted([leaked, alive])
            assert names("state:leaked nothing") == []

            answer = d.expect(0, "info", "--json", leaked, "live.shm", f"#{inode}").json()["segments"]
            assert [s["state"] for s in answer] == ["leaked", "live", "unlinked"], answer
            assert all(list(s) == KEYS + ["held_by"] for s in answer)
            assert [h["pid"] for h in answer[2]["held_by"]] == [gone.pid]
            text = d.expect(0, "info", leaked).out
            assert f"leaked: creator pid {rows[leaked]['creator_pid']} is gone" in text and "gives back 40.0K now" in text, text
            text = d.expect(0, "info", f"#{inode}").out
            assert f"unlinked: its name is gone; {gone.pid} python3 keeps 40" in text, text
            text = d.expect(0, "info", "live.shm").out
            assert "gives back 0 now, 40.0K more" in text, text
        assert "gone.shm" not in [s["name"] for s in list_json(d)["segments"]]


@test
def info_tells_of_each_what_it_alone_would_give_back():
    with Directory() as d:
        os.mkdir(d / "dir")
        for name, size in ("dir/in", 8192), ("dir/only", 4096), ("free", 4096):
            with open(d / name, "wb") as file:
                file.write(b"x" * size)
        os.link(d / "dir/in", d / "link")
        out = d.expect(0, "info", "dir", "link", "free").out
        told = [line.split(None, 1)[1] for line in out.splitlines() if line.startswith("deleting:")]
        assert told == [
            "gives back 4.0K now, 8.0K more when the other names of what lies in it go",
            "gives back 0 now, 8.0K more when its other names go",
            "gives back 4.0K now",
        ], told
        with open(d / "link"), open(d / "free"):
            assert "8.0K more when its holders end and its other names go\n" in d.expect(0, "info", "link").out
            assert "gives back 0 now, 4.0K more when its holders end\n" in d.expect(0, "info", "free").out
            assert "8.0K more when those who hold what lies in it end\n" in d.expect(0, "info", "dir").out


@test
def what_lies_in_an_unlinked_one_is_told_as_in_any_other():
    look = lambda s: [s[key] for key in ("layout", "dtype", "type", "shape", "order", "damaged")]
    with Directory() as d:
        np.save(open(d / "a.shm", "wb"), np.asfortranarray(np.ones((30, 400), ">f2")))
        np.save(open(d / "short.shm", "wb"), np.zeros(1000))
        os.truncate(d / "short.shm", 4000)
        open(d / "raw.shm", "wb").write(bytes(100))
        open(d / "x.im.shm", "wb").write(b"2.00".ljust(112, b"\0") + bytes([1]) + bytes(23) + bytes([9]) + bytes(79) + (4711).to_bytes(4, "little") + bytes(400))
        before = {s["name"]: look(s) + [s["creator_pid"]] for s in list_json(d)["segments"]}
        assert before["a.shm"][:5] == ["npy", ">f2", "float16", [30, 400], "F"] and before["x.im.shm"][6] == 4711, before
        held = [open(d / name, "rb") for name in before]
        for name in before:
            os.unlink(d / name)
        rows = list_json(d)["segments"]
        assert {s["state"] for s in rows} == {"unlinked"}
        assert {s["name"]: look(s) + [s["creator_pid"]] for s in rows} == before, rows
        assert [look(s) for s in d.expect(0, "info", "--json", *(f"#{s['inode']}" for s in rows)).json()["segments"]] == [look(s) for s in rows]
        names = lambda *where: [s["name"] for s in list_json(d, "--where", " ".join(where))["segments"]]
        assert names("type:f2") == ["a.shm"] and names("layout:raw", "raw") == ["raw.shm"] and names("is:damaged") == ["short.shm"]
        line = next(l for l in d.expect(0, "list").out.splitlines() if l.startswith("a.shm "))
        assert "float16" in line and "30 × 400" in line, line
        for f in held:
            f.close()


@test
def what_an_unlinked_one_holds_is_null_where_it_may_not_be_read():
    need_root()
    with Directory() as d:
        os.chmod(d.path, 0o755)
        np.save(open(d / "a.shm", "wb"), np.zeros(5000))
        os.chmod(d / "a.shm", 0o600)
        with open(d / "a.shm", "rb") as f:
            os.unlink(d / "a.shm")
            holder = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, user=12345, group=12345, extra_groups=[], pass_fds=[f.fileno()])
            holder.stdin.write(b"x")
            holder.stdin.flush()
            assert holder.stdout.read(1) == b"x"  # it runs as what it is by now
        (row,) = list_json(d, uid=12345)["segments"]
        assert (row["state"], row["size"], row["uid"]) == ("unlinked", 40128, 0), row
        assert [row[key] for key in ("layout", "dtype", "type", "shape", "order", "damaged")] == [None] * 6, row
        assert list_json(d)["segments"][0]["shape"] == [5000]
        holder.communicate()


# Maps 40 KiB for reading, keeps no descriptor (Python's own mmap has one), and deletes it.
MAP_ALONE = """import ctypes, os, sys
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
os.ftruncate(fd, 40960)
assert libc.mmap(None, 40960, 1, 1, fd, 0) != ctypes.c_void_p(-1).value
os.close(fd)
os.unlink(sys.argv[1])
print("up", flush=True)
sys.stdin.read()"""


@test
def of_what_is_only_mapped_its_length_is_the_most_that_it_takes():
    need_root()
    with Directory() as d:
        holder = subprocess.Popen([sys.executable, "-c", MAP_ALONE, d / "a.shm"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, user=12345, group=12345, extra_groups=[])
        assert holder.stdout.readline() == b"up\n"
        (row,) = list_json(d, uid=12345)["segments"]
        assert (row["state"], row["size"]) == ("unlinked", 40960), row
        assert [row[key] for key in "allocated owner uid group gid mode created modified age layout".split()] == [None] * 10, row
        assert "~40.0K" in d.expect(0, "list", uid=12345).out
        text = d.expect(0, "info", f"#{row['inode']}", uid=12345).out
        assert f"{holder.pid} python3 keeps up to 40.0K until it ends" in text and "allocated:" not in text, text
        (row,) = list_json(d)["segments"]
        assert (row["allocated"], row["uid"]) in [(0, 12345), (None, None)], row  # root in a container may not look either
        holder.communicate()


@test
def what_another_shmtop_loads_is_loading_not_unlinked():
    with Directory() as d:
        content = np.lib.format.magic(1, 0) + b"v\0" + b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999,), }".ljust(117) + b"\n"
        loader = subprocess.Popen([SHMTOP, "-d", d.path, "load", "-", "slow.shm"], stdin=subprocess.PIPE)
        loader.stdin.write(content + bytes(80000))
        loader.stdin.flush()
        rows, end = [], time.monotonic() + 60
        while not rows and time.monotonic() < end:
            rows = list_json(d)["segments"]
        assert [(s["name"], s["state"], s["loading"]) for s in rows] == [(f"#{rows[0]['inode']}", "live", True)], rows
        assert "loading" in d.expect(0, "list").out and [s["name"] for s in list_json(d, "--where", "state:unlinked")["segments"]] == []
        loader.communicate(bytes(99999 * 8 - 80000))
        assert loader.returncode == 0
        rows = list_json(d)["segments"]
        assert [(s["name"], s["state"], s["loading"]) for s in rows] == [("slow.shm", "idle", False)], rows


@test
def a_name_that_ends_like_the_kernels_mark_is_no_unlinked_one():
    with Directory() as d:
        np.save(open(d / "a (deleted)", "wb"), np.zeros(10))
        with Holder(d / "a (deleted)"):
            rows = list_json(d)["segments"]
            assert [(s["name"], s["state"]) for s in rows] == [("a (deleted)", "live")], rows


@test
def others_unlinked_segments_are_told_as_far_as_permitted():
    need_root()
    with Directory() as d:
        np.save(open(d / "mine.shm", "wb"), np.zeros(5000))
        os.chmod(d / "mine.shm", 0o600)
        with Holder(d / "mine.shm"):
            os.unlink(d / "mine.shm")
            answer = list_json(d, uid=12345)
            assert answer["segments"] == [], answer  # nobody's maps can be read
        np.save(open(d / "idle.shm", "wb"), np.zeros(10))
        s = list_json(d, uid=12345)["segments"][0]
        assert s["state"] == "idle" and s["holders_complete"] is False and "not root" in s["holders_reason"], s
        assert s["holders_unread"] > 0
        assert "idle?" in d.expect(0, "list", uid=12345).out and "nobody seen" in d.expect(0, "list", uid=12345).out


@test
def facts_are_those_of_stat_and_numpy():
    with Directory() as d:
        np.save(open(d / "a.shm", "wb"), np.asfortranarray(np.ones((30, 400), ">f4")))
        os.chmod(d / "a.shm", 0o640)
        s, real = segment(d, "a.shm"), os.stat(d / "a.shm")
        assert (s["size"], s["allocated"], s["inode"]) == (real.st_size, real.st_blocks * 512, real.st_ino)
        assert (s["layout"], s["dtype"], s["type"], s["shape"], s["order"]) == ("npy", ">f4", "float32", [30, 400], "F")
        assert (s["mode"], s["uid"], s["gid"]) == ("0640", real.st_uid, real.st_gid)
        assert s["owner"] == pwd.getpwuid(real.st_uid).pw_name and s["protected"] is False
        for key in ("created", "modified"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", s[key]), s[key]
            assert abs(time.time() - calendar.timegm(time.strptime(s[key], "%Y-%m-%dT%H:%M:%SZ"))) < 600
        assert 0 <= s["age"] < 600
        n = list_json(d, options=["-n"])["segments"][0]
        assert n["owner"] == str(real.st_uid) and n["group"] == str(real.st_gid)


@test
def every_type_of_numpy_is_named_as_numpy_names_it():
    types = ["?", "i1", "u1", ">i2", "<u4", "<i8", ">u8", "f2", "f4", ">f8", "c8", ">c16", "S7", "U3", "M8[ns]", "m8[25s]", "V9"]
    with Directory() as d:
        for i, t in enumerate(types):
            np.save(open(d / f"{i:02}", "wb"), np.zeros((2, 3), t))
        for s, t in zip(list_json(d)["segments"], types):
            assert (s["dtype"], s["type"]) == (np.dtype(t).str, np.dtype(t).name), (s, t)
            assert s["shape"] == [2, 3] and s["order"] == "C"
        struct = np.dtype([("x", "<i4"), ("y", "<f8", (2, 2))])
        np.save(open(d / "struct", "wb"), np.zeros(5, struct))
        s = segment(d, "struct")
        assert (s["dtype"], s["type"], s["shape"]) == (str(struct.descr), "struct", [5]), s


@test
def shapes_of_any_rank_come_out():
    with Directory() as d:
        for name, shape in [("0", ()), ("1", (7,)), ("empty", (0, 3)), ("deep", (1,) * 31 + (2,))]:
            np.save(open(d / name, "wb"), np.zeros(shape, "u1"))
            assert segment(d, name)["shape"] == list(shape)


@test
def hostile_names_are_escaped_everywhere_and_found_again():
    with Directory() as d:
        for raw in HOSTILE:
            open(os.fsencode(d.path) + b"/" + raw, "wb").close()
        names = [s["name"] for s in list_json(d)["segments"]]
        assert sorted(names) == sorted(HOSTILE.values()), names
        d.expect(0, "list")
        for options in (["--ascii"], []):
            out = d.expect(0, "list", options=options, env={"LC_ALL": "C.UTF-8" if options else "C"}).out_bytes
            assert all(b == 0x0A or 0x20 <= b < 0x7F for b in out)
        escaped = d.expect(0, "list", "--json", options=["--ascii"])
        assert escaped.out.isascii() and [s["name"] for s in escaped.json()["segments"]] == names
        for raw, shown in HOSTILE.items():
            for name in (raw, shown):
                found = d.expect(0, "info", "--json", "--", name).json()["segments"]
                assert [s["name"] for s in found] == [shown], (name, found)
            assert shown in d.expect(0, "info", "--", raw).out
        d.expect(3, "info", b"gone\x1b[2J", says=r"gone\x1b[2J")


@test
def what_is_no_regular_file_is_listed_and_never_opened():
    with Directory() as d:
        os.mkfifo(d / "fifo")
        os.mkdir(d / "dir")
        np.save(open(d / "dir/inside.shm", "wb"), np.zeros(1000))
        os.symlink("/etc/passwd", d / "link")
        os.symlink(d / "dir/inside.shm", d / "sem.link")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(d / "socket")
        open(d / "sem.name", "wb").write(bytes(32))
        layouts = {s["name"]: s["layout"] for s in list_json(d)["segments"]}
        assert layouts == {
            "fifo": "other", "dir": "directory", "dir/inside.shm": "npy", "link": "other", "sem.link": "other",
            "socket": "other", "sem.name": "semaphore",
        }, layouts
        d.expect(0, "list")
        inside = segment(d, "dir/inside.shm")
        assert segment(d, "dir")["allocated"] >= inside["allocated"] > 8000
        assert segment(d, "sem.name")["protected"] is True
        for name in layouts:
            d.expect(0, "info", name)
            if layouts[name] != "npy":
                d.expect(1, "show", name)
        listener.close()


@test
def damaged_segments_are_marked_with_the_reason():
    with Directory() as d:
        np.save(open(d / "whole.shm", "wb"), np.zeros((100, 100)))
        data = open(d / "whole.shm", "rb").read()
        header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }\n"
        npy = lambda text: b"\x93NUMPY\x01\0" + len(text).to_bytes(2, "little") + text
        damaged = {
            "cut.shm": data[:5000],
            "head.shm": data[:40],
            "huge.shm": npy(header % b"9223372036854775807, 9223372036854775807") + bytes(100),
            "negative.shm": npy(header % b"-5, 3") + bytes(200),
            "lie.shm": b"\x93NUMPY\x01\0\xff\xff{",
            "object.shm": npy(b"{'descr': '|O', 'fortran_order': False, 'shape': (3,), }\n") + bytes(100),
        }
        for name, content in damaged.items():
            open(d / name, "wb").write(content)
        table = d.expect(0, "list").out
        for name in damaged:
            s = segment(d, name)
            assert s["damaged"] and s["dtype"] is s["type"] is s["shape"] is s["order"] is None, s
            line = next(l for l in table.splitlines() if l.startswith(name))
            assert "! " + s["damaged"] in line, line
            assert s["damaged"] in d.expect(0, "info", name).out
            assert s["damaged"] in d.expect(1, "show", name).err
        open(d / "raw.shm", "wb").write(bytes(999))
        assert segment(d, "raw.shm")["layout"] == "raw"
        d.expect(1, "show", "raw.shm", says="type and shape")


@test
def what_may_not_be_read_is_null_not_guessed():
    need_root()
    with Directory() as d:
        np.save(open(d / "secret.shm", "wb"), np.zeros(10))
        os.chmod(d / "secret.shm", 0o600)
        s = list_json(d, uid=12345)["segments"][0]
        assert s["layout"] is s["dtype"] is s["shape"] is None and s["damaged"] is None and s["size"] > 80
        d.expect(0, "list", uid=12345)
        d.expect(0, "info", "secret.shm", uid=12345)
        d.expect(5, "show", "secret.shm", uid=12345)
        os.chmod(d.path, 0o700)
        d.expect(5, "list", uid=12345, says="no permission")


@test
def columns_and_order_are_as_asked():
    with Directory() as d:
        for name, n in [("b", 3000), ("a", 100), ("c", 20000)]:
            np.save(open(d / name, "wb"), np.zeros(n, "u1"))
        names = lambda *a: [line.split()[0] for line in d.expect(0, "list", "--no-headings", *a).out.splitlines()]
        assert names() == ["a", "b", "c"]
        assert names("--sort", "size") == ["a", "b", "c"] and names("--sort=size:desc") == ["c", "b", "a"]
        assert names("--sort", "name:desc") == ["c", "b", "a"]
        assert [s["name"] for s in list_json(d, "--sort", "size:desc")["segments"]] == ["c", "b", "a"]
        lines = d.expect(0, "list", "-o", "inode,name,shape").out.splitlines()
        assert lines[0].split() == ["INODE", "NAME", "SHAPE"]
        for line, name in zip(lines[1:], "abc"):
            assert line.split() == [str(os.stat(d / name).st_ino), name, str(np.load(d / name).size)]
        d.expect(0, "list", "-o", ",".join(KEYS))
        assert "every key" in d.expect(2, "list", "--json", "-o", "name").err
        for key in KEYS:
            d.expect(0, "list", "--sort", key)
        heading = d.expect(0, "list").out.splitlines()[0].split()
        assert heading == "NAME SIZE ALLOC OWNER MODE AGE STATE HELD BY LAYOUT TYPE SHAPE".split(), heading


@test
def the_table_is_aligned_whatever_the_names_width():
    with Directory() as d:
        for name in ("short", "漢字漢字漢字", "cafe\u0301", "x" * 60):
            np.save(open(d / name, "wb"), np.zeros((2, 3)))
        lines = d.expect(0, "list", "-o", "name,shape").out.splitlines()
        widths = {"漢字漢字漢字": 12, "cafe\u0301": 4}
        for line in lines[1:]:
            name = line.split()[0]
            assert line.index("2 × 3") - len(name) + widths.get(name, len(name)) == 62, line
            assert line == line.rstrip()


@test
def an_empty_directory_is_no_error():
    with Directory() as d:
        assert list_json(d)["segments"] == []
        assert d.expect(0, "list").out.startswith("NAME")
        assert d.expect(0, "list", "--no-headings").out == ""


@test
def names_that_are_none_are_usage_and_missing_ones_not_found():
    with Directory() as d:
        for name in ("", ".", "..", "../passwd", "a/b/c", "/etc/passwd", "x" * 256, "a/", "/a"):
            d.expect(2, "info", name)
        for name in ("nothing", "#999999999999", "no/thing", r"\x41"):
            d.expect(3, "info", name, says=name.replace("\\", "\\\\"))


@test
def what_can_be_done_is_done_and_the_worst_status_returned():
    with Directory() as d:
        open(d / "a", "wb").close()
        open(d / "b", "wb").close()
        done = d.expect(3, "info", "--json", "a", "nothing", "b")
        assert [s["name"] for s in done.json()["segments"]] == ["a", "b"]
        d.expect(3, "info", "a", "..", "nothing")


@test
def an_inode_addresses_a_segment():
    with Directory() as d:
        open(d / "a", "wb").close()
        inode = os.stat(d / "a").st_ino
        assert d.expect(0, "info", "--json", f"#{inode}").json()["segments"][0]["name"] == "a"
        open(d / f"#{inode}", "wb").close()
        assert d.expect(0, "info", "--json", f"#{inode}").json()["segments"][0]["name"] == f"#{inode}"


@test
def info_says_who_holds_a_segment():
    with Directory() as d:
        np.save(open(d / "held.shm", "wb"), np.zeros(5000))
        np.save(open(d / "free.shm", "wb"), np.zeros(5000))
        script = "import mmap, sys; f = open(sys.argv[1], 'r+b'); m = mmap.mmap(f.fileno(), 0); print('up', flush=True); sys.stdin.read()"
        holder = subprocess.Popen([sys.executable, "-c", script, d / "held.shm"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert holder.stdout.readline() == b"up\n"
        answer = d.expect(0, "info", "--json", "held.shm", "free.shm").json()
        assert list(answer) == ["segments"]
        held, free = answer["segments"]
        assert list(held) == KEYS + ["held_by"]
        assert held["holders"] == 1 and held["state"] == "live"
        assert free["holders"] == 0 and free["state"] == "idle" and free["held_by"] == []
        by = held["held_by"][0]
        assert list(by) == ["pid", "user", "command", "cmdline", "started", "unit", "mapped", "open", "writable"]
        assert by["pid"] == holder.pid and by["mapped"] == 1 and by["open"] >= 1 and by["writable"] is True
        assert by["command"].startswith("python3") and "held.shm" in by["cmdline"] and by["unit"] is None
        assert by["user"] == pwd.getpwuid(os.geteuid()).pw_name and by["started"].endswith("Z")
        assert isinstance(held["holders_complete"], bool) and isinstance(held["holders_unread"], int)
        assert (held["holders_reason"] is None) == held["holders_complete"]
        text = d.expect(0, "info", "held.shm").out
        assert str(holder.pid) in text and "by 1 process" in text
        assert "no, nobody" in d.expect(0, "info", "free.shm").out
        holder.communicate()
        assert holder.returncode == 0


@test
def info_of_a_directory_is_that_of_its_files():
    with Directory() as d:
        os.mkdir(d / "dir")
        empty = d.expect(0, "info", "--json", "dir").json()["segments"][0]
        assert (empty["holders"], empty["holders_complete"], empty["holders_reason"]) == (0, True, None), empty
        np.save(open(d / "dir/a", "wb"), np.zeros(100))
        with open(d / "dir/a", "rb"):
            held = d.expect(0, "info", "--json", "dir").json()["segments"][0]
            assert (held["holders"], held["state"]) == (1, "live") and held["held_by"][0]["pid"] == os.getpid(), held
        if os.geteuid() == 0:
            os.chmod(d / "dir", 0o700)
            closed = d.expect(0, "info", "--json", "dir", uid=12345).json()["segments"][0]
            assert closed["holders_complete"] is False and closed["holders_reason"] and closed["state"] is None, closed
            assert "unknown" in d.expect(0, "info", "dir", uid=12345).out


@test
def looking_neither_grows_a_sparse_segment_nor_keeps_it_open():
    with Directory() as d:
        with open(d / "sparse.shm", "wb") as f:
            np.lib.format.write_array_header_1_0(f, {"descr": "<f8", "fortran_order": False, "shape": (1 << 20, 1 << 10)})
            f.truncate(f.tell() + (8 << 30))
        before = os.stat(d / "sparse.shm").st_blocks
        for arguments in (["list"], ["info", "sparse.shm"], ["show", "sparse.shm"], ["show", "sparse.shm", "-i", "99999,-1"]):
            d.expect(0, *arguments)
        assert os.stat(d / "sparse.shm").st_blocks == before


@test
def entries_that_come_and_go_meanwhile_break_nothing():
    with Directory() as d:
        for i in range(500):
            np.save(open(d / f"{i}.shm", "wb"), np.zeros(10))
        script = (
            "import os, sys\n"
            "print('up', flush=True)\n"
            "for round in range(100000):\n"
            "    name = f'{sys.argv[1]}/{round % 500}.shm'\n"
            "    os.path.exists(name) and os.unlink(name)\n"
            "    open(name, 'wb').write(b'\\x93NUMPY\\x01' * (round % 3))\n"
        )
        storm = subprocess.Popen([sys.executable, "-c", script, d.path], stdout=subprocess.PIPE)
        storm.stdout.readline()
        try:
            for _ in range(10):
                for s in list_json(d)["segments"]:
                    assert list(s) == KEYS
                d.expect(0, "list")
        finally:
            storm.kill()
            storm.communicate()


@test
def on_a_terminal_a_row_is_one_line():
    def lines_at(width, *arguments):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
        process = subprocess.Popen(d.command("list", *arguments), stdout=slave, env={**env, "LC_ALL": "C.UTF-8"})
        os.close(slave)
        assert process.wait(60) == 0
        lines = os.read(master, 65536).decode().splitlines()
        os.close(master)
        return lines

    with Directory() as d:
        name = "torch_4711_1_with_a_name_of_many_words.npy"
        with open(d / name, "wb") as f:
            np.save(f, np.zeros((300, 4)))
        data = open(d / name, "rb").read()
        with open(d / "damaged.npy", "wb") as f:
            f.write(data[:200])
        for width in range(1, 200, 11):
            for lines in (lines_at(width), lines_at(width, "-o", "name,size,inode,mode,modified,shape")):
                assert len(lines) == 3 and max(map(len, lines)) <= width, (width, lines)
        lines = lines_at(80)
        assert "HELD BY" in lines[0] and "MODE" not in lines[0] and "STATE" in lines[0], lines
        lines = lines_at(140)
        assert lines[2].startswith(name[:30]) and "! " in lines[1], lines  # the reason gives way as well
        ageless = ("-o", "name,size,allocated,mode,state,layout,type,shape")
        whole = d.expect(0, "list", *ageless).out.splitlines()
        assert lines_at(max(map(len, whole)), *ageless) == whole


@test
def on_a_terminal_one_long_name_is_cut_and_elsewhere_none():
    with Directory() as d:
        for name in ("x" * 250, "short.shm"):
            open(d / name, "wb").close()
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 70, 0, 0))
        env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
        process = subprocess.Popen(d.command("-n", "list", "-o", "size,name,mode"), stdout=slave, env={**env, "LC_ALL": "C.UTF-8"})
        os.close(slave)
        assert process.wait(60) == 0
        lines = os.read(master, 4096).decode().splitlines()
        os.close(master)
        assert [len(line) for line in lines] == [70, 70, 70] and "x…  0" in lines[2] and "short.shm" in lines[1], lines
        assert "x" * 250 in d.expect(0, "list", env={"COLUMNS": "70"}).out


main()
