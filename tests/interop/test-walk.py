"""A sysadmin's walk past real numpy processes: who holds what, what leaked, what has no name any more, and that nothing
in use is deleted by mistake; in the JSON, in the messages and in the console."""
import json
import os
import signal
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests", "support"))
from cli import SHMTOP, Directory, main, need_root, test
from walk import USER, Process, Screen, holders, rows, until

# Maps a matrix as numpy does, forks once if it is told to, and waits for its end.
HOLD = """
import os, signal, sys
import numpy as np
a = np.load(sys.argv[1], mmap_mode=sys.argv[2])
worker = os.fork() if "fork" in sys.argv else 0
if worker or "fork" not in sys.argv:
    print("up", worker, flush=True)
signal.pause()
"""

# As PyTorch's file_system strategy: a name that bears the pid of its maker; a worker may map it, too.
TORCH = """
import mmap, os, signal, sys
path = f"{sys.argv[1]}/torch_{os.getpid()}_1_0"
with open(path, "w+b") as file:
    file.write(bytes(8192))
    file.flush()
    memory = mmap.mmap(file.fileno(), 8192)
worker = os.fork() if "fork" in sys.argv else 0
if worker or "fork" not in sys.argv:
    print("up", worker, flush=True)
signal.pause()
"""


def matrix(path, rows=64):
    array = np.lib.format.open_memmap(path, mode="w+", dtype="f2", shape=(rows, 1024))
    array[:] = 1
    del array


@test
def who_is_killed_holds_nothing_any_more():
    with Directory() as d:
        matrix(d / "prices.shm")
        with Process(HOLD, d / "prices.shm", "r+") as writer, Process(HOLD, d / "prices.shm", "r", "fork") as reader, \
                Screen(d) as screen:
            held = holders(d, "prices.shm")
            assert set(held) == {writer.pid, reader.pid, reader.worker}, held
            assert held[writer.pid]["writable"] and not held[reader.pid]["writable"], held
            assert held[writer.pid]["mapped"] == 1 and held[writer.pid]["command"].startswith("python3"), held
            screen.row_shows("prices.shm", "3 python3")
            screen.keys("u")
            screen.shows("Who holds prices.shm", str(writer.pid), str(reader.worker))
            screen.keys("\x1b")
            d.expect(4, "rm", "prices.shm", says="in use by")
            writer.kill()
            reader.kill()
            assert set(holders(d, "prices.shm")) == {reader.worker}
            screen.row_shows("prices.shm", f"{reader.worker} python3")
            os.kill(reader.worker, signal.SIGKILL)
            until(lambda: rows(d)["prices.shm"]["holders"] == 0, "a killed worker still holds it")
            reader.worker = 0
            screen.row_shows("prices.shm", "nobody")
        assert rows(d)["prices.shm"]["state"] == "idle"
        assert "gives back 132K now\n" in d.expect(0, "info", "prices.shm").out


@test
def what_leaked_goes_and_what_a_worker_still_maps_stays():
    with Directory() as d:
        with Process(TORCH, d.path) as dead, Process(TORCH, d.path, "fork") as orphaning, Process(TORCH, d.path) as alive, \
                Screen(d) as screen:
            leaked, held, kept = (f"torch_{process.pid}_1_0" for process in (dead, orphaning, alive))
            assert {row["state"] for row in rows(d).values()} == {"live"}
            dead.kill()
            orphaning.kill()
            states = {name: (row["state"], row["creator_pid"]) for name, row in rows(d).items()}
            assert states == {leaked: ("leaked", dead.pid), held: ("live", orphaning.pid), kept: ("live", alive.pid)}, states
            text = d.expect(0, "info", leaked).out
            assert f"leaked: creator pid {dead.pid} is gone; nobody maps it or has it open" in text, text
            screen.row_shows(leaked, f"nobody · {dead.pid} gone")
            assert screen.row(leaked).startswith(" L "), screen.text()
            screen.row_shows(held, f"{orphaning.worker} python3")
            done = d.expect(0, "rm", "--where", "state:leaked", "--dry-run")
            assert f"would delete {leaked}: 8.0K would come back\n" in done.out and len(d.names()) == 3, done.out
            assert done.out.count("would delete") == 1, done.out
            done = d.expect(4, "rm", "--where", "producer:pytorch", "--yes", says=f"in use by python3 ({orphaning.worker}, ")
            assert f"deleted {leaked}: 8.0K came back" in done.out and d.names() == sorted([held, kept]), done.out
            screen.lacks(leaked)


@test
def memory_without_a_name_comes_back_with_its_last_reader():
    with Directory() as d:
        matrix(d / "gone.shm", 4096)
        inode = os.stat(d / "gone.shm").st_ino
        watch = subprocess.Popen([SHMTOP, "-d", d.path, "watch", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with Process(HOLD, d / "gone.shm", "r+") as writer, Process(HOLD, d / "gone.shm", "r") as reader, Screen(d) as screen:
            screen.row_shows("gone.shm", "2 python3")
            until(lambda: os.path.exists(f"/proc/{watch.pid}/fd/3"), "watch does not begin")
            with open(d / "first.shm", "wb"):
                pass
            assert json.loads(watch.stdout.readline())["name"] == "first.shm"
            os.unlink(d / "gone.shm")
            screen.row_shows("gone.shm (unlinked)", "2 python3")
            screen.shows("unlinked 8.0M")
            writer.kill()
            screen.row_shows("gone.shm (unlinked)", f"{reader.pid} python3")
            row = rows(d, "--where", "state:unlinked")["gone.shm"]
            assert (row["inode"], row["holders"], row["allocated"]) == (inode, 1, 8 * 1024 * 1024 + 4096), row
            d.expect(4, "rm", f"#{inode}", says=f"are kept by python3 ({reader.pid}, ")
            done = d.expect(0, "rm", "--where", "gone", "--yes")
            assert done.out == "", done.out
            screen.keys(":gone\rd")
            screen.shows("gone.shm has no name any more that could be deleted", f"{reader.pid} python3")
            screen.keys("\x1b")
            if os.geteuid() == 0:
                assert d.expect(0, "show", f"#{inode}", "-i", "4095,:3").out == "[1. 1. 1.]\n"
            reader.kill()
            screen.lacks("gone.shm (unlinked)")
            screen.lacks("unlinked 8.0M")
        events = [json.loads(watch.stdout.readline()) for _ in range(2)]
        watch.terminate()
        watch.communicate()
        assert [(e["event"], e["name"]) for e in events] == [("deleted", "gone.shm"), ("released", "gone.shm")], events
        assert "gone.shm" not in rows(d)


@test
def a_private_map_is_a_holder_too():
    with Directory() as d:
        matrix(d / "copied.shm")
        with Process(HOLD, d / "copied.shm", "c") as process, Screen(d) as screen:
            held = holders(d, "copied.shm")
            assert list(held) == [process.pid] and not held[process.pid]["writable"], held
            assert rows(d)["copied.shm"]["state"] == "live"
            done = d.expect(4, "rm", "--where", "name:*.shm", "--yes", says=f"in use by python3 ({process.pid}, ")
            assert "deleted" not in done.out and d.names() == ["copied.shm"], done.out
            screen.row_shows("copied.shm", f"{process.pid} python3")
            screen.keys("d")
            screen.shows("1 in use", "Type delete and Enter to go on")
            screen.keys("y\r")
            screen.shows("not that word")
            screen.keys("\x1b")
            screen.lacks("Type delete")
        assert d.names() == ["copied.shm"]


@test
def what_was_swapped_or_taken_up_meanwhile_is_not_deleted():
    with Directory() as d:
        matrix(d / "a.shm")
        with Screen(d) as screen:
            screen.row_shows("a.shm", "nobody")
            screen.keys("d")
            screen.shows("Given back now: 132K of 132K")
            matrix(d / ".b", 128)
            os.replace(d / ".b", d / "a.shm")
            screen.keys("y")
            screen.shows("replaced meanwhile: another segment bears this name now", "Nothing here can be deleted.")
            assert "the kernel says" not in screen.text() and d.names() == ["a.shm"], screen.text()
            screen.keys("\x1b")
            screen.lacks("Nothing here")
            screen.row_shows("a.shm", "128 × 1024", "nobody")
            screen.keys("d")
            screen.shows("Given back now: 260K of 260K")
            with Process(HOLD, d / "a.shm", "r") as process:
                screen.keys("y")
                screen.shows("It changed meanwhile: nothing was deleted.", f"{process.pid} python3")
                screen.keys("\x1b")
        assert d.names() == ["a.shm"]


@test
def copies_are_saved_before():
    with Directory() as d:
        matrix(d / "a.shm")
        with open(d / "b.raw", "wb") as file:
            file.write(b"raw bytes")
        with Screen(d, home=d.files) as screen:
            # While the console itself still looks into one, the kernel says that it is held: then a word is asked for.
            settled = lambda name: screen.row(name).rstrip().endswith(" nobody")
            screen.waits(lambda: settled("a.shm") and settled("b.raw"), "it is not known that nobody holds them")
            screen.keys("ad")
            screen.shows("Delete 2 segments", "[ ] save copies first")
            screen.keys("s")
            screen.shows("[x] save copies first to ~/shm-saved/")
            screen.keys("o")
            screen.shows("1 of 2", "[x] save copies first to ~/shm-saved/")
            screen.keys("y")
            screen.shows("2 of 2")
            screen.keys("y")
            screen.shows("2 deleted", "copies in ~/shm-saved")
        saved = os.path.join(d.files, "shm-saved")
        assert d.names() == [] and sorted(os.listdir(saved)) == ["a.shm.npy", "b.raw"], os.listdir(saved)
        assert np.load(os.path.join(saved, "a.shm.npy")).shape == (64, 1024)


@test
def an_ordinary_user_is_told_what_cannot_be_known():
    need_root()
    with Directory(mode=0o1777) as d:
        matrix(d / "theirs.shm")
        matrix(d / "mine.shm")
        os.chown(d / "mine.shm", USER, USER)
        with Process(HOLD, d / "theirs.shm", "r"), Process(HOLD, d / "mine.shm", "r+", uid=USER) as mine, \
                Screen(d, columns=80, user=True) as screen:
            found = rows(d, uid=USER)
            assert (found["mine.shm"]["state"], found["mine.shm"]["holders"]) == ("live", 1), found
            theirs = found["theirs.shm"]
            assert (theirs["state"], theirs["holders"], theirs["holders_complete"]) == ("idle", 0, False), theirs
            assert theirs["holders_reason"].startswith("not root: ") and theirs["holders_unread"] > 0, theirs
            text = d.expect(0, "info", "theirs.shm", uid=USER).out
            assert "held:       unknown: nobody was seen to hold it, but not all could be seen\n" in text, text
            assert "gives back 132K now, if nobody holds it\n" in text, text
            sticky = "in this sticky directory only its owner or root may delete it"
            d.expect(5, "rm", "theirs.shm", says=sticky, uid=USER)
            done = d.expect(5, "rm", "--where", "name:*.shm", "--yes", says=f"in use by python3 ({mine.pid}, ", uid=USER)
            assert sticky in done.err and len(d.names()) == 2, done.err
            screen.row_shows("theirs.shm", "nobody seen")
            screen.row_shows("mine.shm", f"{mine.pid} python3")
            screen.keys(":theirs\rd")
            screen.shows("sticky directory", "may delete it", "Nothing here can be deleted.")
            screen.keys("\r")
            mine.kill()
            screen.row_shows("mine.shm", "nobody")
            screen.waits(lambda: "seen" not in screen.row("mine.shm"), "the kernel was not asked")
            text = d.expect(0, "info", "mine.shm", uid=USER).out
            assert "nobody maps it or has it open (the kernel granted a lease on it)" in text, text
            done = d.expect(5, "rm", "--where", "name:*.shm", "--yes", uid=USER)
            assert "deleted mine.shm: 132K came back" in done.out and d.names() == ["theirs.shm"], done.out
            screen.lacks("mine.shm")


@test
def root_deletes_what_another_left():
    need_root()
    with Directory() as d:
        for name in ("a.shm", "b.shm", "held.shm"):
            matrix(d / name)
            os.chown(d / name, USER, USER)
        with Process(HOLD, d / "held.shm", "r", uid=USER) as process:
            assert d.expect(0, "rm", "a.shm").out.startswith("deleted a.shm: 132K came back\n")
            done = d.expect(4, "rm", "--where", "user:%d" % USER, "--yes", says=f"in use by python3 ({process.pid}, ")
            assert "deleted b.shm: 132K came back\n" in done.out and d.names() == ["held.shm"], done.out


@test
def an_ordinary_user_sees_own_memory_without_a_name():
    need_root()
    with Directory() as d:
        matrix(d / "gone.shm")
        os.chown(d / "gone.shm", USER, USER)
        with Process(HOLD, d / "gone.shm", "r", uid=USER) as reader, Screen(d, user=True) as screen:
            screen.row_shows("gone.shm", f"{reader.pid} python3")
            os.unlink(d / "gone.shm")
            row = rows(d, uid=USER)["gone.shm"]
            assert (row["state"], row["holders"]) == ("unlinked", 1), row
            screen.row_shows("gone.shm (unlinked)", f"{reader.pid} python3")
            d.expect(0, "restore", f"#{row['inode']}", uid=USER)
            assert os.stat(d / "gone.shm").st_uid == USER
            assert np.load(d / "gone.shm").shape == (64, 1024)
            reader.kill()
            screen.lacks("gone.shm (unlinked)")
            screen.row_shows("gone.shm", "nobody")


main()
