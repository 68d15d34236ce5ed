"""rm: deletes what nobody uses, refuses the rest and says why."""
import os
import stat
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import HOSTILE, Directory, main, need_root, test


def save(d, name, n=1000):
    with open(d / name, "wb") as f:
        np.save(f, np.zeros(n))


@test
def it_says_what_was_deleted_and_how_much_came_back():
    with Directory() as d:
        save(d, "a.shm", 131056)
        save(d, "b.shm", 10)
        done = d.expect(0, "rm", "a.shm")
        assert done.out.startswith("deleted a.shm: 1.0M came back"), done.out
        save(d, "a.shm", 10)
        done = d.expect(0, "rm", "a.shm", "b.shm")
        assert "deleted 2 of 2: 8.0K came back" in done.out, done.out
        assert d.names() == []


@test
def what_cannot_be_found_does_not_keep_the_rest():
    with Directory() as d:
        save(d, "a.shm")
        save(d, "b.shm")
        d.expect(3, "rm", "a.shm", "nothing.shm", "b.shm", says="nothing.shm")
        assert d.names() == []
        for name in ("", ".", "..", "../x", "a/b/c"):
            d.expect(2, "rm", name)


# The real thing: multiprocessing.shared_memory names, in the private directory through the same calls.
HOLD = """
import _posixshmem, mmap, os, sys
from multiprocessing import resource_tracker, shared_memory
resource_tracker.register = lambda *_: None  # off, as those who share matrices have it
class Private:
    def shm_open(self, name, flags, mode=0o600): return os.open(sys.argv[1] + name, flags, mode)
    def shm_unlink(self, name): os.unlink(sys.argv[1] + name)
shared_memory._posixshmem = Private()
memory = shared_memory.SharedMemory(name="psm_test", create=True, size=1 << 20)
memory.buf[0] = 42
print("up", flush=True)
sys.stdin.read()
assert memory.buf[0] == 42
os._exit(0)
"""


def hold(d):
    process = subprocess.Popen([sys.executable, "-c", HOLD, d.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"up\n"
    return process


@test
def what_a_process_of_pythons_shared_memory_holds_is_refused():
    with Directory() as d:
        holder = hold(d)
        save(d, "free.shm")
        done = d.expect(4, "rm", "psm_test", "free.shm", says="--allow held")
        assert str(holder.pid) in done.err and "python3" in done.err, done.err
        assert d.names() == ["psm_test"] and "free.shm" in done.out
        done = d.expect(0, "rm", "--allow", "held", "psm_test")
        assert "0 came back, 4.0K more when its holders end" in done.out, done.out
        assert d.names() == []
        holder.communicate()
        assert holder.returncode == 0


@test
def protected_ones_are_refused():
    with Directory() as d:
        for name in ("PostgreSQL.3141592", "sem.mutex"):
            save(d, name)
            d.expect(4, "rm", name, says="--allow protected")
            d.expect(4, "rm", "--allow=held", name)
            assert d.names() == [name]
            d.expect(0, "rm", "--allow", "protected", name)
        assert d.names() == []


@test
def read_only_deletes_nothing():
    with Directory() as d:
        save(d, "a.shm")
        d.expect(4, "rm", "a.shm", options=["--read-only"])
        d.expect(4, "rm", "--allow=held", "--allow=protected", "a.shm", options=["-r"])
        assert d.names() == ["a.shm"]


@test
def anothers_segment_in_a_sticky_directory_is_a_matter_of_permission():
    need_root()
    with Directory(mode=0o1777) as d:
        save(d, "roots.shm")
        d.expect(5, "rm", "roots.shm", uid=12345)
        d.expect(5, "rm", "--allow", "held", "roots.shm", uid=12345)
        assert d.names() == ["roots.shm"]
        open(d / "theirs.shm", "wb").close()
        os.chown(d / "theirs.shm", 12345, 12345)
        d.expect(0, "rm", "theirs.shm", uid=12345)


@test
def hostile_names_are_deleted_by_either_form_and_printed_escaped():
    with Directory() as d:
        for form in (0, 1):
            for pair in HOSTILE.items():
                open(os.fsencode(d.path) + b"/" + pair[0], "wb").close()
                done = d.expect(0, "rm", "--", pair[form])
                assert f"deleted {pair[1]}: " in done.out
        assert d.names() == []


@test
def a_directory_goes_with_its_tree_unless_something_in_it_is_held():
    with Directory() as d:
        os.makedirs(d / "joblib/deep")
        save(d, "joblib/a")
        save(d, "joblib/deep/b")
        with open(d / "joblib/a", "rb") as held:
            holder = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=held.fileno(), pass_fds=[held.fileno()])
        d.expect(4, "rm", "joblib", says="--allow held")
        assert os.path.exists(d / "joblib/deep/b")
        holder.communicate()
        d.expect(0, "rm", "joblib")
        assert d.names() == []


@test
def links_and_pipes_go_without_being_followed_or_opened():
    with Directory() as d:
        outside = d.file("outside")
        open(outside, "wb").close()
        os.symlink(outside, d / "link")
        os.mkfifo(d / "fifo")
        d.expect(0, "rm", "link", "fifo")
        assert d.names() == [] and os.path.exists(outside)


@test
def another_hard_link_keeps_the_memory():
    with Directory() as d:
        save(d, "a.shm", 130000)
        os.link(d / "a.shm", d / "b.shm")
        done = d.expect(0, "rm", "a.shm")
        assert done.out == "deleted a.shm: 0 came back, 1016K more when its other links go\n", done.out
        d.expect(0, "rm", "b.shm")


@test
def all_links_of_a_file_bring_it_back_once():
    with Directory() as d:
        save(d, "a.shm", 130000)
        os.link(d / "a.shm", d / "b.shm")
        for options in (["--dry-run"], []):
            done = d.expect(0, "rm", *options, "a.shm", "b.shm")
            lines = done.out.splitlines()
            assert lines[0].endswith("a.shm: 0 would come back, the memory with its other name" if options else
                                     "a.shm: 0 came back, the memory with its other name"), done.out
            assert "b.shm: 1016K" in lines[1] and " 2 of 2: 1016K " in lines[2], done.out
        assert d.names() == []


@test
def a_dry_run_says_all_that_and_deletes_nothing():
    with Directory() as d:
        holder = hold(d)
        save(d, "free.shm")
        save(d, "sem.lock")
        done = d.expect(4, "rm", "--dry-run", "psm_test", "free.shm", "sem.lock")
        assert done.out == ("would delete free.shm: 8.0K would come back\n"
                            "would delete 1 of 3: 8.0K would come back\n"), done.out
        assert f"({holder.pid}, " in done.err and "sem.lock: protected" in done.err, done.err
        done = d.expect(0, "rm", "--dry-run", "--allow=held", "--allow=protected", "psm_test", "free.shm", "sem.lock")
        assert "psm_test: 0 would come back, 4.0K more when its holders end\n" in done.out, done.out
        assert "would delete 3 of 3: 16.0K would come back, 4.0K more when their holders end\n" in done.out, done.out
        d.expect(3, "rm", "--dry-run", "free.shm", "none", says="no such segment")
        d.expect(4, "rm", "--dry-run", "free.shm", options=["-r"])
        assert d.names() == ["free.shm", "psm_test", "sem.lock"]
        holder.communicate()


@test
def a_dry_run_foresees_who_may_not():
    need_root()
    with Directory(mode=0o1777) as d:
        save(d, "roots.shm")
        done = d.expect(5, "rm", "--dry-run", "roots.shm", uid=12345, says="sticky")
        assert done.out == ""


@test
def what_of_anothers_nobody_can_tell_is_refused():
    need_root()
    with Directory() as d:
        save(d, "roots.shm")
        save(d, "theirs.shm")
        os.chown(d / "theirs.shm", 12345, 12345)
        d.expect(4, "rm", "roots.shm", uid=12345, says="cannot be known from here")
        done = d.expect(0, "rm", "theirs.shm", uid=12345)
        d.expect(0, "rm", "--allow=held", "roots.shm", uid=12345)
        assert d.names() == []


main()
