"""What has lost its name and is still held: looked at, refused, restored, through real processes."""
import json
import os
import stat
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import HOSTILE, Directory, main, need_root, test

# Maps a .npy file as numpy's readers do, and ends when its input does.
READER = """
import sys, numpy as np
a = np.load(sys.argv[1], mmap_mode=sys.argv[2])
print("up", flush=True)
sys.stdin.read()
"""


class Reader:
    """A process that maps a segment."""

    def __init__(self, d, name, mode="r", uid=None):
        identity = {"user": uid, "group": uid, "extra_groups": []} if uid is not None else {}
        self.process = subprocess.Popen(
            [sys.executable, "-c", READER, os.fspath(d / name), mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **identity
        )
        assert self.process.stdout.readline() == b"up\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate()


def save(d, name, array):
    path = d / name
    with open(path, "wb") as f:
        np.save(f, array)
    return os.stat(path).st_ino


def lose(d, name):
    """Takes the name away: "#INODE"."""
    inode = os.stat(d / name).st_ino
    os.unlink(d / name)
    return f"#{inode}"


@test
def its_values_are_shown_and_who_keeps_it():
    with Directory() as d:
        save(d, "a.shm", np.arange(12.0).reshape(3, 4))
        with Reader(d, "a.shm") as reader:
            lost = lose(d, "a.shm")
            assert d.expect(0, "show", lost, "--format", "csv").out == "0.0,1.0,2.0,3.0\n4.0,5.0,6.0,7.0\n8.0,9.0,10.0,11.0\n"
            text = d.expect(0, "info", lost).out
            assert "its name is gone" in text and str(reader.process.pid) in text, text
            assert "deleting:   it has no name left to delete" in text and f"restore '{lost}' copies it back" in text, text
            (segment,) = d.expect(0, "info", "--json", lost).json()["segments"]
            assert segment["name"] == "a.shm" and segment["state"] == "unlinked" and segment["shape"] == [3, 4]
            assert segment["inode"] == int(lost[1:]) and segment["size"] == 224
            assert [holder["pid"] for holder in segment["held_by"]] == [reader.process.pid]
            d.expect(4, "rm", lost, says="its name is gone already")
        d.expect(3, "show", lost, says="no segment has this inode")
        d.expect(3, "info", lost)
        d.expect(3, "rm", lost)


@test
def its_name_leads_to_its_inode():
    with Directory() as d:
        save(d, "a b.shm", np.arange(12.0))
        with Reader(d, "a b.shm"):
            lost = lose(d, "a b.shm")
            says = f"deleted, but still in use: '{lost}'"
            for command in ("info", "show", "rm"):
                d.expect(3, command, "a b.shm", says=says)
                assert "in use" not in d.expect(3, command, "b.shm", says="no such segment").err
            d.expect(3, "rm", "a b.shm", "--dry-run", says=says)
            d.expect(2, "restore", "a b.shm", says=f"takes an inode number: deleted, but still in use: '{lost}'")
            d.expect(2, "restore", "b.shm", says="as '#1234'")
            save(d, "a b.shm", np.arange(3.0))
            with Reader(d, "a b.shm"):
                second = lose(d, "a b.shm")
                both = d.expect(3, "info", "a b.shm", says="'#").err
                assert f"'{lost}'" in both and f"'{second}'" in both, both
        d.expect(3, "info", "a b.shm", says="no such segment")


@test
def it_comes_back_under_its_old_name():
    with Directory() as d:
        array = np.random.default_rng(1).random((100, 100))
        save(d, "a.shm", array)
        os.chmod(d / "a.shm", 0o640)
        with Reader(d, "a.shm") as reader:
            lost = lose(d, "a.shm")
            said = d.expect(0, "restore", lost).out
            assert said.startswith("restored a.shm: 78.3K, inode ") and f"python3 ({reader.process.pid}, " in said, said
            assert (np.load(d / "a.shm") == array).all()
            assert stat.S_IMODE(os.stat(d / "a.shm").st_mode) == 0o640
            assert f"inode {os.stat(d / 'a.shm').st_ino}\n" in said
            d.expect(4, "restore", lost, says="this name is taken")
            d.expect(0, "restore", lost, "b.shm")
            assert open(d / "b.shm", "rb").read() == open(d / "a.shm", "rb").read()
            assert d.names() == ["a.shm", "b.shm"]
        d.expect(3, "restore", lost)


@test
def every_kind_of_holder_is_enough():
    with Directory() as d:
        for mode in ("r", "r+", "c"):
            save(d, "a.shm", np.arange(5))
            with Reader(d, "a.shm", mode):
                d.expect(0, "restore", lose(d, "a.shm"), mode)
            assert (np.load(d / mode) == np.arange(5)).all()


@test
def what_rm_took_in_a_directory_comes_back():
    with Directory() as d:
        os.mkdir(d / "joblib_1")
        save(d, "joblib_1/a", np.arange(5))
        with Reader(d, "joblib_1/a"):
            lost = lose(d, "joblib_1/a")
            d.expect(0, "restore", lost)
            os.unlink(d / "joblib_1/a")
            os.rmdir(d / "joblib_1")
            d.expect(3, "restore", lost, says="directory")
            d.expect(0, "restore", lost, "a.shm")


@test
def hostile_names_are_last_names_too():
    with Directory() as d:
        for name in (*HOSTILE, b"a (deleted)", b"#77"):
            save(d, name, np.arange(3))
            with Reader(d, name):
                lost = lose(d, name)
                d.expect(0, "restore", lost)
                assert os.fsencode(os.listdir(d.path)[0]) == name, os.listdir(d.path)
            os.unlink(d / name)


@test
def a_literal_name_goes_first():
    with Directory() as d:
        save(d, "a.shm", np.arange(5))
        with Reader(d, "a.shm"):
            lost = lose(d, "a.shm")
            save(d, lost, np.arange(2))
            assert d.expect(0, "show", lost, "--format", "csv").out == "0\n1\n"
            d.expect(4, "restore", lost, says="its name is not gone")


@test
def usage_and_read_only():
    with Directory() as d:
        save(d, "a.shm", np.arange(5))
        inode = f"#{os.stat(d / 'a.shm').st_ino}"
        d.expect(2, "restore")
        d.expect(2, "restore", "a.shm")
        d.expect(2, "restore", "#")
        d.expect(2, "restore", "#1x")
        d.expect(2, "restore", inode, "b", "c")
        d.expect(4, "restore", inode, says="its name is not gone: it is a.shm")
        d.expect(3, "restore", "#1")
        with Reader(d, "a.shm"):
            lost = lose(d, "a.shm")
            d.expect(4, "restore", lost, options=["-r"], says="--read-only")
            d.expect(2, "restore", lost, "a/b/c")
            d.expect(0, "show", lost, options=["-r"])
            assert d.names() == []


@test
def another_users_process_is_closed_to_a_user():
    need_root()
    with Directory(mode=0o1777) as d:
        save(d, "a.shm", np.arange(5))
        with Reader(d, "a.shm"):
            lost = lose(d, "a.shm")
            d.expect(3, "restore", lost, uid=4711, says="could not be read")
        save(d, "b.shm", np.arange(5))
        with Reader(d, "b.shm", uid=4711):
            lost = lose(d, "b.shm")
            d.expect(0, "restore", lost, uid=4711)
            assert os.stat(d / "b.shm").st_uid == 4711
            os.unlink(d / "b.shm")
            os.chmod(d.path, 0o777)
            d.expect(0, "restore", lost)
            assert os.stat(d / "b.shm").st_uid == 0 and stat.S_IMODE(os.stat(d / "b.shm").st_mode) == 0o644


if __name__ == "__main__":
    main()
