"""watch: what real programs do in a directory, told line by line. Nothing waits but for lines."""
import json
import mmap
import os
import re
import select
import signal
import subprocess
import sys
import time

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import DEADLINE, HOSTILE, Directory, Skip, check_event, main, need_root, test

HOLD = """
import sys, numpy as np
a = np.load(sys.argv[1], mmap_mode=sys.argv[2])
print("up", flush=True)
sys.stdin.read()
"""


class Holder:
    """A process that maps a segment as numpy's readers do."""

    def __init__(self, d, name, mode="r", uid=None):
        identity = {"user": uid, "group": uid, "extra_groups": []} if uid is not None else {}
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, os.fspath(d / name), mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **identity
        )
        self.pid = self.process.pid
        assert self.process.stdout.readline() == b"up\n"

    def end(self):
        self.process.communicate()

    def kill(self):
        self.process.kill()
        self.process.communicate()


class Watch:
    """The running command. Ready once it tells of a file that is made for that."""

    def __init__(self, d, *arguments, options=(), uid=None, text=False, probe="ready"):
        identity = {"user": uid, "group": uid, "extra_groups": []} if uid is not None else {}
        words = ["watch", *([] if text else ["--json"]), *arguments]
        self.d, self.text = d, text
        self.process = subprocess.Popen(
            d.command(*words, options=options, uid=uid),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            **identity,
        )
        self.waiting = b""
        self.get_ready(probe)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def get_ready(self, probe):
        names = []
        while not select.select([self.process.stdout], [], [], 0.05)[0]:
            names.append(f"{probe}-{len(names)}")
            open(self.d / names[-1], "w").close()
            assert len(names) < DEADLINE * 20
        for name in names:
            os.unlink(self.d / name)
        # One that is told of while it is there: of the others there may have been nothing to tell.
        end = f"{probe}-end"
        open(self.d / end, "w").close()
        while f"{end}" not in self.line():
            pass
        os.unlink(self.d / end)
        line = ""
        while end not in line or "released" not in line:
            line = self.line()

    def line(self):
        deadline = time.monotonic() + DEADLINE
        while b"\n" not in self.waiting:
            assert select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0], "no line came"
            more = os.read(self.process.stdout.fileno(), 1 << 16)
            assert more, f"it ended: {self.process.stderr.read()}"
            self.waiting += more
        line, self.waiting = self.waiting.split(b"\n", 1)
        return line.decode()

    def next(self):
        event = json.loads(self.line())
        check_event(event)
        return event

    def expect(self, *events):
        """The next events, each "EVENT NAME"; sizes on their way are passed over. Returns the last."""
        for expected in events:
            event = self.next()
            while event["event"] == "resized" and not expected.startswith("resized"):
                event = self.next()
            assert f"{event['event']} {event['name']}" == expected, (expected, event)
        return event

    def expect_any(self, kind):
        event = self.next()
        assert event["event"] == kind, event
        return event["name"]

    def expect_nothing(self):
        """All that happened before was told: the next lines are those of a new file."""
        open(self.d / "nothing", "w").close()
        self.expect("created nothing")
        os.unlink(self.d / "nothing")
        self.expect("deleted nothing", "released nothing")


def save(d, name, array):
    """Whole at once, as a load is."""
    with open(d.file("tmp"), "wb") as f:
        np.save(f, array)
    fd = os.open(d.path, os.O_TMPFILE | os.O_RDWR, 0o644)
    os.write(fd, open(d.file("tmp"), "rb").read())
    directory = os.open(d.path, os.O_RDONLY)
    os.link(f"/proc/self/fd/{fd}", name, dst_dir_fd=directory, follow_symlinks=True)
    os.close(directory)
    os.close(fd)


@test
def a_segment_comes_and_goes():
    with Directory() as d, Watch(d) as watch:
        save(d, "a.shm", np.zeros((3, 4), "f2"))
        created = watch.expect("created a.shm")
        assert created["size"] == 152 and created["shape"] == [3, 4] and created["type"] == "float16", created
        assert created["owner"] and created["inode"] == os.stat(d / "a.shm").st_ino
        (listed,) = d.expect(0, "list", "--json").json()["segments"]
        assert set(listed) <= set(created), set(listed) - set(created)
        assert "old_name" not in created and "held_by" not in created
        assert len(created["time"]) == len("2026-11-26T14:02:07.123456Z") and created["time"].endswith("Z")
        assert list(created)[:4] == ["time", "event", "by", "name"], list(created)
        os.unlink(d / "a.shm")
        deleted = watch.expect("deleted a.shm")
        assert deleted["held_by"] == [] and deleted["shape"] == [3, 4] and deleted["holders_complete"], deleted
        watch.expect("released a.shm")


@test
def a_held_one_is_released_when_its_last_holder_ends():
    with Directory() as d, Watch(d) as watch:
        for mode in ("r", "r+", "c"):
            save(d, "a.shm", np.zeros(5))
            watch.expect("created a.shm")
            first, second = Holder(d, "a.shm", mode), Holder(d, "a.shm")
            os.unlink(d / "a.shm")
            deleted = watch.expect("deleted a.shm")
            assert [h["pid"] for h in deleted["held_by"]] == sorted([first.pid, second.pid]), deleted
            assert deleted["held_by"][0]["command"].startswith("python3")
            first.end()
            watch.expect_nothing()
            second.kill()
            released = watch.expect("released a.shm")
            assert released["inode"] == deleted["inode"] and released["size"] == deleted["size"]


@test
def what_was_deleted_before_it_began_is_released_too():
    with Directory() as d:
        save(d, "a.shm", np.zeros(5))
        holder = Holder(d, "a.shm")
        os.unlink(d / "a.shm")
        with Watch(d) as watch:
            holder.end()
            assert watch.expect("released a.shm")["size"] == 168


@test
def what_is_moved_out_is_deleted_and_released_when_its_memory_is():
    with Directory() as d, Directory() as other:
        save(d, "a.shm", np.zeros((3, 4), "f2"))
        holder = Holder(d, "a.shm")
        with Watch(d) as watch:
            os.rename(d / "a.shm", other / "a.shm")
            deleted = watch.expect("deleted a.shm")
            assert [h["pid"] for h in deleted["held_by"]] == [holder.pid] and deleted["state"] == "live", deleted
            holder.end()
            watch.expect_nothing()
            os.rename(other / "a.shm", d / "back.shm")
            created = watch.expect("created back.shm")
            assert created["shape"] == [3, 4], created
            os.rename(d / "back.shm", other / "a.shm")
            assert watch.expect("deleted back.shm")["state"] != "unlinked"
            watch.expect_nothing()
            os.unlink(other / "a.shm")
            watch.expect("released back.shm")
        save(d, "b.shm", np.zeros(5))
        holder = Holder(d, "b.shm")
        with Watch(d, text=True) as watch:
            os.rename(d / "b.shm", other / "b.shm")
            line = watch.line()
            assert "moved elsewhere  held by" in line and str(holder.pid) in line and "#" not in line, line
        holder.end()


@test
def a_rename_tells_both_names():
    with Directory() as d, Watch(d) as watch:
        save(d, "a.shm", np.zeros(5))
        os.rename(d / "a.shm", d / "b.shm")
        event = watch.next()
        if event["event"] == "created" and event["name"] == "a.shm":
            event = watch.next()
            assert (event["event"], event["name"], event["old_name"]) == ("renamed", "b.shm", "a.shm"), event
        else:  # both happened between two looks
            assert (event["event"], event["name"]) == ("created", "b.shm"), event


@test
def a_rename_of_what_was_there_tells_both_names():
    with Directory() as d:
        save(d, "a.shm", np.zeros(5))
        with Watch(d) as watch:
            os.rename(d / "a.shm", d / "b.shm")
            assert watch.expect("renamed b.shm")["old_name"] == "a.shm"


@test
def a_replacement_is_a_deletion_and_a_creation():
    with Directory() as d:
        save(d, "a.shm", np.zeros(5))
        np.save(d.file("new.npy"), np.zeros((2, 2)))
        with Watch(d) as watch:
            d.expect(0, "load", d.file("new.npy"), "a.shm", "--replace")
            assert watch.expect("deleted a.shm")["shape"] == [5]
            # The loader itself may still have had the old one open.
            events = sorted([watch.next() for _ in range(2)], key=lambda event: event["event"])
            assert [e["event"] for e in events] == ["created", "released"], events
            assert events[0]["shape"] == [2, 2] and {e["name"] for e in events} == {"a.shm"}


@test
def sizes_and_descriptions_are_told_as_they_settle():
    with Directory() as d, Watch(d) as watch:
        with open(d / "a.shm", "wb") as f:
            watch.expect("created a.shm")
            f.truncate(1 << 20)
            event = watch.next()
            assert (event["event"], event["size"]) == ("resized", 1 << 20), event
        array = np.lib.format.open_memmap(d.file("x.npy"), "w+", "f4", (10,))
        header = open(d.file("x.npy"), "rb").read()
        with open(d / "a.shm", "r+b") as f:
            map = mmap.mmap(f.fileno(), 1 << 20)
            map[: len(header)] = header  # through a map: no event tells
            map.close()
        event = watch.next()
        assert (event["event"], event["name"], event["type"], event["shape"]) == ("described", "a.shm", "float32", [10]), event
        del array


@test
def an_attribute_that_describes_is_told_of():
    with Directory() as d, Watch(d) as watch:
        with open(d / "a.shm", "wb") as f:
            f.write(bytes(48))
        watch.expect("created a.shm")
        header = repr({"descr": "<f4", "fortran_order": False, "shape": (3, 4)}).encode()
        try:
            os.setxattr(d / "a.shm", "user.npy_header", header)
        except OSError:
            raise Skip("no user attributes here (tmpfs before Linux 6.6)")
        event = watch.expect("described a.shm")
        assert (event["layout"], event["shape"]) == ("described", [3, 4]), event
        os.removexattr(d / "a.shm", "user.npy_header")
        assert watch.expect("described a.shm")["shape"] is None


@test
def sub_directories_are_told_of():
    with Directory() as d, Watch(d) as watch:
        os.mkdir(d / "job")
        watch.expect("created job")
        save(d, "job/a", np.zeros(3))
        watch.expect("created job/a")
        os.unlink(d / "job/a")
        watch.expect("deleted job/a", "released job/a")
        os.rmdir(d / "job")
        watch.expect("deleted job", "released job")


@test
def a_directory_that_is_made_anew_is_followed():
    with Directory() as d:
        save(d, "a.shm", np.zeros(3))
        with Watch(d) as watch:
            os.unlink(d / "a.shm")
            watch.expect("deleted a.shm", "released a.shm")
            os.rmdir(d.path)
            os.mkdir(d.path)
            save(d, "b.shm", np.zeros(3))
            watch.expect("created b.shm")
            os.unlink(d / "b.shm")
            watch.expect("deleted b.shm", "released b.shm")


@test
def who_did_it_is_told_to_root():
    need_root()
    with Directory() as d:
        os.mkdir(d / "job")
        with Watch(d) as watch:
            me = {"pid": os.getpid(), "user": "root", "command": open("/proc/self/comm").read().strip()}
            for name in ("a.shm", "job/a"):
                save(d, name, np.zeros(3))
                assert watch.expect(f"created {name}")["by"] == me
                os.rename(d / name, d / (name + "2"))
                assert watch.expect(f"renamed {name}2")["by"] == me
                rm = subprocess.Popen(["rm", d / (name + "2")])
                by = watch.expect(f"deleted {name}2")["by"]
                rm.wait()
                # It may have ended before it could be asked: then its pid is all.
                assert by == {"pid": rm.pid, "user": "root", "command": "rm"} or by == {
                    "pid": rm.pid,
                    "user": None,
                    "command": None,
                }, by
                assert watch.expect(f"released {name}2")["by"] is None


@test
def a_user_is_told_what_a_user_may_know():
    need_root()
    with Directory(mode=0o1777) as d:
        save(d, "root.shm", np.zeros(3))
        os.chmod(d / "root.shm", 0o600)
        save(d, "open.shm", np.zeros(3))
        secret, reader = Holder(d, "root.shm"), Holder(d, "open.shm")
        with Watch(d, uid=4711) as watch:
            os.unlink(d / "open.shm")
            deleted = watch.expect("deleted open.shm")
            assert deleted["by"] is None and deleted["held_by"] == [] and deleted["holders_complete"] is False, deleted
            assert deleted["holders_unread"] > 0
            reader.end()
            watch.expect("released open.shm")
            # It may not be read, so not watched, and who holds it is not seen: that it came back is never claimed.
            os.unlink(d / "root.shm")
            deleted = watch.expect("deleted root.shm")
            assert deleted["holders_complete"] is False and deleted["layout"] is None, deleted
            secret.end()


@test
def a_filter_chooses():
    with Directory() as d:
        with Watch(d, "--where", "name:*a* size<1M", probe="a") as watch:
            save(d, "b.shm", np.zeros(3))
            save(d, "a.shm", np.zeros(3))
            watch.expect("created a.shm")
            os.unlink(d / "b.shm")
            os.unlink(d / "a.shm")
            watch.expect("deleted a.shm", "released a.shm")
        d.expect(2, "watch", "--where", "size>x", says="size>x")
        d.expect(2, "watch", "a.shm", says="--where")
        d.expect(2, "watch", "--bad")


@test
def a_filter_may_ask_what_only_a_sweep_tells():
    with Directory() as d:
        save(d, "a.shm", np.zeros(3))
        save(d, "b.shm", np.zeros(3))
        holder = Holder(d, "a.shm")
        with Watch(d, "--where", "!name:b* !state:live", probe="c") as watch:
            os.unlink(d / "a.shm")
            assert watch.expect("deleted a.shm")["state"] == "unlinked"
        holder.end()


@test
def people_get_a_line():
    with Directory() as d, Watch(d, text=True) as watch:
        save(d, "a.shm", np.zeros((300, 4), "f2"))
        line = watch.line()
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", line.split("  ")[0]), line
        assert "  created    a.shm  2.5K  float16 300 × 4  " in line, line
        holder = Holder(d, "a.shm")
        inode = os.stat(d / "a.shm").st_ino
        os.unlink(d / "a.shm")
        line = watch.line()
        assert "  deleted    a.shm  " in line and f"  held by python3 ({holder.pid}, " in line, line
        assert line.rstrip().endswith(f")  as #{inode}"), line
        holder.end()
        assert "  released   a.shm  2.5K" in watch.line()


@test
def hostile_names_are_escaped():
    with Directory() as d, Watch(d) as watch, Watch(d, text=True) as text:
        for name in HOSTILE:
            open(d / name, "w").close()
            os.unlink(d / name)
        save(d, "end", np.zeros(1))
        for one, last in ((watch, '"name": "end"'), (text, "  end  ")):
            line = ""
            while last not in line:
                line = one.line()
                assert line.isprintable() or "\u200b" not in line, line


@test
def it_ends_when_nobody_reads():
    with Directory() as d:
        for args in ((), ("--json",)):
            watch = Watch(d, text=not args)
            watch.process.stdout.close()  # while nothing happens
            assert watch.process.wait(DEADLINE) == 0
            assert watch.process.stderr.read() == b""
            watch.process.stderr.close()


@test
def a_signal_ends_it_as_a_signal():
    with Directory() as d:
        for number in (signal.SIGINT, signal.SIGTERM):
            watch = Watch(d)
            watch.process.send_signal(number)
            assert watch.process.wait(DEADLINE) == -number
            watch.process.communicate()


@test
def a_storm_loses_nothing():
    with Directory() as d, Watch(d) as watch:
        names = {f"s{i}" for i in range(3000)}
        for name in names:
            open(d / name, "w").close()
        assert {watch.expect_any("created") for _ in names} == names
        for name in names:
            os.unlink(d / name)
        deleted = set()
        for _ in range(2 * len(names)):
            event = watch.next()
            if event["event"] == "deleted":
                deleted.add(event["name"])
            else:
                assert event["event"] == "released" and event["name"] in deleted, event
        assert deleted == names
        watch.expect_nothing()


if __name__ == "__main__":
    main()
