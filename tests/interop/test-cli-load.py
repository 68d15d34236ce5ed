"""load: numpy's files into segments that numpy maps, all or nothing."""
import fcntl
import io
import os
import pty
import select
import signal
import stat
import subprocess
import sys
import time

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import HOSTILE, Directory, main, need_root, test


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)
    return path


@test
def a_file_becomes_a_segment_byte_for_byte():
    with Directory() as d:
        for array in [np.arange(12.0).reshape(3, 4), np.asfortranarray(np.ones((5, 6), "f2")), np.array(3), np.zeros((0, 3))]:
            path = write(d.file("prices.npy"), npy(array))
            done = d.expect(0, "load", path, "--replace")
            assert done.out == "" and done.err == "", done.err  # quiet off a terminal, as cp
            assert d.names() == ["prices.shm"]
            assert open(d / "prices.shm", "rb").read() == npy(array)
            mapped = np.load(d / "prices.shm", mmap_mode="r" if array.size and array.ndim else None)
            assert (mapped == array).all() and mapped.flags.f_contiguous == array.flags.f_contiguous
            del mapped  # held, it would not be replaced


@test
def standard_input_is_a_file_too():
    with Directory() as d:
        array = np.arange(300000, dtype="f4")
        d.expect(0, "load", "-", "a.shm", input=npy(array))
        assert (np.load(d / "a.shm") == array).all()
        with open(write(d.file("b.npy"), npy(array)), "rb") as f:
            d.expect(0, "load", "-", "b.shm", stdin=f)
        assert (np.load(d / "b.shm") == array).all()
        d.expect(2, "load", "-", input=npy(array))
        d.expect(2, "load", "-", "", input=npy(array), says="shmtop: '': the name is empty")
        d.expect(1, "load", "-", "c.shm", input=npy(array)[:-1])
        d.expect(1, "load", "-", "c.shm", input=b"")
        assert d.names() == ["a.shm", "b.shm"]


@test
def order_and_layout_are_as_asked():
    with Directory() as d:
        array = np.arange(12, dtype=">i4").reshape(3, 4)
        path = write(d.file("a.npy"), npy(array))
        d.expect(0, "load", "--order", "F", path, "f.shm")
        back = np.load(d / "f.shm")
        assert back.flags.f_contiguous and (back == array).all() and back.dtype == array.dtype
        d.expect(0, "load", "--order=C", d / "f.shm", "c.shm")
        assert open(d / "c.shm", "rb").read() == npy(array)
        d.expect(0, "load", "--layout", "raw", path, "raw.shm")
        assert open(d / "raw.shm", "rb").read() == array.tobytes()


@test
def mode_is_0666_less_the_umask_or_as_asked():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        mode = lambda name: stat.S_IMODE(os.stat(d / name).st_mode)
        d.expect(0, "load", path, "plain", umask=0o027)
        assert mode("plain") == 0o640
        d.expect(0, "load", "--mode", "0604", path, "asked", umask=0o077)
        assert mode("asked") == 0o604
        os.chmod(d / "asked", 0o600)
        d.expect(0, "load", "--replace", path, "asked")
        assert mode("asked") == 0o600  # that of the old one
        d.expect(0, "load", "--group", str(os.getegid()), path, "group")
        assert os.stat(d / "group").st_gid == os.getegid()


@test
def owner_and_group_are_set_as_root():
    need_root()
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        d.expect(0, "load", "--owner", "4711", "--group", "4712", path, "a")
        found = os.stat(d / "a")
        assert (found.st_uid, found.st_gid) == (4711, 4712)
        d.expect(0, "load", "--replace", path, "a")
        found = os.stat(d / "a")
        assert (found.st_uid, found.st_gid) == (4711, 4712)
        d.expect(5, "load", "--owner", "0", path, "b", uid=12345)
        assert d.names() == ["a"]


@test
def a_name_that_exists_is_refused_and_left_alone():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        write(d / "a.shm", b"old")
        done = d.expect(4, "load", path, says="a.shm")
        assert "--replace" in done.err, done.err
        assert open(d / "a.shm", "rb").read() == b"old" and d.names() == ["a.shm"]
        os.mkdir(d / "dir")
        os.symlink("/etc/passwd", d / "link")
        for name in ("dir", "link"):
            assert d.run("load", "--replace", path, name).code in (1, 4)
        assert d.names() == ["a.shm", "dir", "link"] and os.path.islink(d / "link")


@test
def names_that_are_none_are_refused():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        for name in ("", ".", "..", "/", "/a", "a/", "a/b/c", "../x", "x" * 256):
            d.expect(2, "load", path, name)
        d.expect(3, "load", path, "nodir/a.shm")
        assert d.names() == []
        os.mkdir(d / "dir")
        d.expect(0, "load", path, "dir/a.shm")
        assert os.listdir(d / "dir") == ["a.shm"]
        d.expect(2, "load", write(d.file(".npy"), npy(np.zeros(3))))


@test
def hostile_names_are_taken_literally():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        for raw in HOSTILE:
            d.expect(0, "load", "--", path, raw)
            d.expect(4, "load", "--", path, raw)
        assert sorted(os.listdir(os.fsencode(d.path))) == sorted(HOSTILE)
        d.expect(0, "load", path, r"\x41")
        assert r"\x41" in d.names()


@test
def files_that_hold_no_matrix_are_refused_and_leave_nothing():
    good = npy(np.arange(1000.0))
    header = lambda text: b"\x93NUMPY\x01\0" + len(text).to_bytes(2, "little") + text
    bad = {
        "empty": b"",
        "text": b"hello\n",
        "magic": good[:6],
        "version": b"\x93NUMPY\x09\0" + good[8:],
        "cut-header": good[:50],
        "cut-data": good[:-1],
        "object": header(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n") + bytes(8),
        "negative": header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }\n") + bytes(8),
        "overflow": header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4), }\n") + bytes(8),
        "absurd": header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1152921504606846975,), }\n") + bytes(8),
        "code": header(b"__import__('os').abort()\n") + bytes(8),
        "twice": header(b"{'descr': '<f8', 'descr': '<f8', 'shape': (1,), }\n") + bytes(8),
        "long-header": header(b"{" + b" " * 60000 + b"}\n") + bytes(8),
    }
    with Directory() as d:
        for name, data in bad.items():
            d.expect(1, "load", write(d.file(name), data), "a.shm", says=name)
            d.expect(1, "load", "-", "a.shm", input=data)
        assert d.names() == []


@test
def files_that_are_none_are_refused_without_waiting():
    with Directory() as d:
        os.mkfifo(d.file("fifo"))
        os.mkdir(d.file("dir"))
        d.expect(1, "load", d.file("fifo"), "a.shm", says="fifo")
        d.expect(1, "load", d.file("dir"), "a.shm", says="dir")
        d.expect(1, "load", "/dev/zero", "a.shm")
        d.expect(3, "load", d.file("nothing\x1b[31m.npy"), "a.shm", says=r"nothing\x1b[31m.npy")
        d.expect(3, "load", d.file("nothing/at.npy"), "a.shm")
        assert d.names() == []


@test
def files_that_may_not_be_read_are_a_matter_of_permission():
    need_root()
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        os.chmod(path, 0)
        d.expect(5, "load", path, uid=12345, says="no permission")
        os.chmod(path, 0o644)
        d.expect(0, "load", path, "mine.shm", uid=12345)
        os.chmod(d.path, 0o755)
        d.expect(5, "load", path, "b.shm", uid=12345)
        os.chmod(d.path, 0o1777)
        d.expect(0, "load", path, "roots.shm")
        d.expect(5, "load", "--replace", path, "roots.shm", uid=12345)
        assert d.names() == ["mine.shm", "roots.shm"]


@test
def read_only_loads_nothing():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        d.expect(4, "load", path, options=["-r"])
        d.expect(4, "load", "--replace", path, options=["--read-only"])
        assert d.names() == []


@test
def no_room_is_a_refusal_that_names_what_is_short():
    with Directory() as d:
        with open(d.file("huge.npy"), "wb") as f:
            np.lib.format.write_array_header_1_0(f, {"descr": "<f8", "fortran_order": False, "shape": (1 << 37,)})
            f.truncate(f.tell() + (8 << 37))
        done = d.expect(4, "load", d.file("huge.npy"))
        assert "huge.shm" in done.err and "not enough room: 1.1T needed" in done.err, done.err
        assert d.names() == []


HOLD = "import mmap, sys; f = open(sys.argv[1], 'rb'); m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); print('up', flush=True); sys.stdin.read(); print(len(bytes(m)))"


@test
def a_replacement_leaves_the_readers_their_matrix():
    with Directory() as d:
        old, new = np.zeros(100000), np.ones(7)
        write(d / "a.shm", npy(old))
        path = write(d.file("new.npy"), npy(new))
        reader = subprocess.Popen([sys.executable, "-c", HOLD, d / "a.shm"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert reader.stdout.readline() == b"up\n"
        done = d.expect(4, "load", "--replace", path, "a.shm")
        assert "--allow held" in done.err and "held by python3" in done.err, done.err
        assert (np.load(d / "a.shm") == old).all()
        done = d.expect(0, "load", "--replace", "--allow", "held", path, "a.shm")
        assert f"({reader.pid}, " in done.err and "784K come back when they end" in done.err, done.err
        assert (np.load(d / "a.shm") == new).all()
        out, _ = reader.communicate()
        assert reader.returncode == 0 and int(out) == len(npy(old))
        assert d.names() == ["a.shm"]


@test
def a_segment_may_be_loaded_from_itself():
    with Directory() as d:
        array = np.arange(12.0).reshape(3, 4)
        write(d / "a.shm", npy(array))
        done = d.expect(0, "load", "--replace", "--order", "F", d / "a.shm", "a.shm")
        back = np.load(d / "a.shm")
        assert (back == array).all() and back.flags.f_contiguous and not done.err, done.err
        with open(d / "a.shm", "rb") as f:
            d.expect(4, "load", "--replace", "-", "a.shm", stdin=f, says="give its path")
        assert d.names() == ["a.shm"]


@test
def a_protected_name_is_not_replaced():
    with Directory() as d:
        path = write(d.file("a.npy"), npy(np.zeros(3)))
        write(d / "PostgreSQL.1234", b"database")
        d.expect(4, "load", "--replace", path, "PostgreSQL.1234")
        assert open(d / "PostgreSQL.1234", "rb").read() == b"database"
        d.expect(0, "load", "--replace", "--allow", "protected", path, "PostgreSQL.1234")


def start_load_that_waits(d, name, **more):
    """A load of standard input whose data never end; it has reserved its memory when this returns."""
    process = subprocess.Popen(d.command("load", "-", name), stdin=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    process.stdin.write(npy(np.zeros(1 << 20))[: 1 << 20])
    process.stdin.flush()
    return process


@test
def signals_cancel_it_leave_nothing_and_are_raised_again():
    with Directory() as d:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGQUIT):
            process = start_load_that_waits(d, "a.shm")
            process.send_signal(number)
            assert process.wait(30) == -number, (number, process.returncode)
            assert process.stderr.read() == b""
            process.stdin.close()
            assert d.names() == []


@test
def a_signal_that_is_ignored_stays_so():
    with Directory() as d:
        process = start_load_that_waits(d, "a.shm", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.send_signal(signal.SIGHUP)
        process.stdin.write(npy(np.zeros(1 << 20))[1 << 20 :])
        process.stdin.close()
        assert process.wait(30) == 0
        assert (np.load(d / "a.shm") == 0).all()


def read_terminal(fd, until, seconds=30):
    text, deadline = b"", time.monotonic() + seconds
    while until not in text and time.monotonic() < deadline:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                text += os.read(fd, 65536)
            except OSError:
                break
    return text


@test
def a_terminal_sees_progress_and_then_one_line():
    with Directory() as d:
        master, slave = pty.openpty()
        data = npy(np.zeros((1 << 12, 1 << 8)))
        process = subprocess.Popen(
            d.command("load", "-", "a.shm"), stdin=subprocess.PIPE, stderr=slave, env={**os.environ, "LC_ALL": "C.UTF-8"}
        )
        os.close(slave)
        process.stdin.write(data[: 1 << 20])
        process.stdin.flush()
        seen = read_terminal(master, b"%")
        assert b"%" in seen and b"8.0M" in seen, seen
        process.stdin.write(data[1 << 20 :])
        process.stdin.close()
        seen += read_terminal(master, b" s\r\n")
        assert process.wait(30) == 0
        last = seen.decode().replace("\r\n", "").split("\r")[-1]
        assert last.startswith("a.shm: float64 4096 × 256, 8.0M in "), seen
        os.close(master)


main()
