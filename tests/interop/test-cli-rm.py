"""rm: deletes what nobody uses, refuses the rest and says why."""
import os
import pty
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import HOSTILE, SHMTOP, Directory, main, need_root, test


def answer(done):
    """What was said of the segments: the last line may be on processes that could not be read."""
    lines = done.out.splitlines(True)
    return "".join(lines[:-1] if lines and lines[-1].startswith("not every process") else lines)


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
        inode = os.stat(d / "psm_test").st_ino
        done = d.expect(0, "rm", "--allow", "held", "psm_test")
        undo = f"restore '#{inode}' undoes it until then"
        assert f"0 came back, 4.0K more when its holders end; {undo}\n" in done.out, done.out
        assert d.names() == []
        d.expect(0, "restore", f"#{inode}")
        assert d.names() == ["psm_test"]
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
        d.expect(4, "rm", "a.shm", options=["--read-only"], says="shmtop: a.shm: ")
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
        assert answer(done) == "deleted a.shm: 0 came back, 1016K more when its other links go\n", done.out
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
        assert answer(done) == ("would delete free.shm: 8.0K would come back\n"
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
        os.mkdir(d / "closed", 0o755)
        save(d, "closed/a.shm")
        os.chown(d / "closed/a.shm", 12345, 12345)
        for how in (["--dry-run"], []):
            d.expect(5, "rm", *how, "closed/a.shm", uid=12345, says="no permission to delete in its directory")
        assert done.out == ""
        os.chown(d / "closed/a.shm", 0, 0)
        for name in ("mine", "mine/below", "shut", "shut/below"):
            os.mkdir(d / name)
            save(d, f"{name}/a.shm")
            for path in (name, f"{name}/a.shm"):
                os.chown(d / path, 12345, 12345)
        os.chmod(d / "shut/below", 0o555)
        save(d, "shut/last.shm")
        os.chown(d / "shut/last.shm", 12345, 12345)
        for how in (["--dry-run"], []):
            done = d.expect(5, "rm", *how, "shut", "mine", uid=12345, says="in it: no permission to delete in its directory")
            assert "delete 1 of 2" in done.out.replace("deleted", "delete"), done.out
        assert sorted(os.listdir(d / "shut")) == ["a.shm", "below", "last.shm"], "told before the first went"


@test
def a_pattern_is_no_name():
    with Directory() as d:
        save(d, "torch_1")
        d.expect(3, "rm", "torch_*", says="rm --where 'name:torch_*' takes one")
        d.expect(3, "info", "torch_?", says="list --where 'name:torch_?' takes one")
        assert "pattern" not in d.expect(3, "rm", "it's*", says="no such segment").err
        open(d / "torch_*", "w").close()
        d.expect(0, "rm", "torch_*")
        assert d.names() == ["torch_1"]


@test
def what_of_anothers_nobody_can_tell_is_refused():
    need_root()
    with Directory() as d:
        save(d, "roots.shm")
        save(d, "theirs.shm")
        os.chown(d / "theirs.shm", 12345, 12345)
        d.expect(4, "rm", "roots.shm", uid=12345, says="cannot be known from here")
        save(d, "too.shm")
        os.chown(d / "too.shm", 12345, 12345)
        done = d.expect(0, "rm", "theirs.shm", uid=12345)
        assert answer(done) == done.out == "deleted theirs.shm: 8.0K came back\n", done.out
        done = d.expect(0, "rm", "--dry-run", "too.shm", uid=12345)
        assert "not every process could be seen (not root" in done.out, done.out
        assert "but the kernel could tell of each whether it was held" in done.out, done.out
        d.expect(0, "rm", "--allow=held", "roots.shm", uid=12345)
        assert d.names() == ["too.shm"]


def fill(d):
    """Two that may go, one that is held, one that is protected."""
    holder = hold(d)
    for name in ("a.shm", "b.shm", "sem.lock"):
        save(d, name)
    return holder


@test
def where_deletes_the_others_and_names_what_it_leaves():
    with Directory() as d:
        holder = fill(d)
        done = d.expect(4, "rm", "--where", "size>1", "--dry-run")
        assert "would delete 2 of 4: 16.0K would come back" in done.out, done.out
        assert len(d.names()) == 4
        done = d.expect(4, "rm", "--where", "size>1", "--yes")
        assert answer(done).splitlines() == ["deleted a.shm: 8.0K came back", "deleted b.shm: 8.0K came back",
                                         "deleted 2 of 4: 16.0K came back"], done.out
        assert f"psm_test: in use by python3 ({holder.pid}, " in done.err, done.err
        assert "sem.lock: protected" in done.err and "only by its NAME" in done.err, done.err
        assert d.names() == ["psm_test", "sem.lock"]
        done = d.expect(4, "rm", "--where", "name:*", "--yes", "--allow", "held")
        assert "deleted psm_test: 0 came back, 4.0K more when its holders end" in done.out, done.out
        assert d.names() == ["sem.lock"]
        holder.communicate()


@test
def where_knows_who_holds_what_and_passes_over_the_unlinked():
    with Directory() as d:
        holder = fill(d)
        save(d, "gone.shm")
        with open(d / "gone.shm") as held:
            other = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=held.fileno(), pass_fds=[held.fileno()])
            inode = os.stat(d / "gone.shm").st_ino
        os.unlink(d / "gone.shm")
        done = d.expect(0, "rm", "--where", "is:unheld !is:protected", "--yes")
        assert "deleted 2 of 2" in done.out and d.names() == ["psm_test", "sem.lock"], done.out
        done = d.expect(0, "rm", "--where", "state:unlinked", "--yes")
        assert done.out == done.err == "", "not a mail every night"
        done = d.expect(0, "rm", "--where", "state:unlinked", "--dry-run")
        assert (done.out, done.err) == ("nothing fits\n", "")
        d.expect(0, "rm", "--where", "*.shm", "--yes", says="a pattern is written name:*.shm")
        done = d.expect(4, "rm", f"#{inode}", says="its name is gone already")
        assert f"({other.pid}, " in done.err and "come back when that process ends or lets go" in done.err, done.err
        holder.communicate()
        other.communicate()
        d.expect(3, "rm", f"#{inode}")


@test
def where_without_a_terminal_needs_a_yes_and_a_term():
    with Directory() as d:
        save(d, "a.shm")
        d.expect(2, "rm", "--where", "size>1", says="--yes")
        d.expect(2, "rm", "--where", "size>1", "a.shm", "--yes", says="not both")
        d.expect(2, "rm", "--where", "size>1", "--yes", "--allow", "protected", says="NAMEs only")
        d.expect(2, "rm", "--where", "", "--yes", says="every segment")
        d.expect(2, "rm", "--where", " ", "--yes", says="every segment")
        d.expect(2, "rm", "--where", "size>many", "--yes", says="size>many")
        d.expect(2, "rm", "--yes", says="which segment")
        d.expect(4, "rm", "--where", "size>1", "--yes", options=["-r"])
        assert d.names() == ["a.shm"]
        done = d.expect(0, "rm", "--where", "size>1G", "--yes")
        assert done.out == done.err == "" and d.names() == ["a.shm"]
        code, seen = on_terminal(d, b"", "rm", "--where", "size>1G", "--yes")
        assert (code, seen) == (0, "nothing fits\n")


@test
def where_takes_a_directory_only_with_all_that_is_in_it():
    with Directory() as d:
        for directory in ("some", "all", "deep/below"):
            os.makedirs(d / directory)
        for name in ("some/old.shm", "some/new", "all/x.shm", "all/y.shm", "deep/z.shm", "deep/below/w.shm", "all-2"):
            save(d, name)
        done = d.expect(0, "rm", "--where", "!new !all-2", "--yes")
        found = sorted(os.path.join(at, file)[len(d.path) + 1:] for at, _, files in os.walk(d.path) for file in files)
        assert found == ["all-2", "deep/below/w.shm", "some/new"], (found, done.out)
        assert "deleted all: 16.0K" in done.out and not os.path.exists(d / "all"), done.out


@test
def where_asks_the_kernel_where_the_sweep_is_blind():
    need_root()
    with Directory() as d:
        for name in ("held.shm", "free.shm"):
            save(d, name)
            os.chown(d / name, 12345, 12345)
        with open(d / "held.shm"):  # by root, whose descriptors the other user cannot read
            done = d.expect(0, "rm", "--where", "is:unheld", "--yes", uid=12345)
            assert d.names() == ["held.shm"] and "deleted free.shm" in done.out, done.out
            d.expect(4, "rm", "--where", "held", "--yes", uid=12345, says="by whom cannot be seen")


def in_a_container(d, *arguments):
    """Runs it in a PID namespace of its own."""
    command = ["unshare", "--pid", "--fork", "--mount-proc", "--", *d.command(*arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@test
def in_a_container_root_asks_the_kernel_for_others_segments():
    need_root()
    with Directory() as d:
        for name in ("held.shm", "free.shm"):
            save(d, name)
            os.chown(d / name, 12345, 12345)
        if in_a_container(d, "list").returncode != 0:
            return  # no namespaces here
        with open(d / "held.shm"):
            for dry in (["--dry-run"], []):
                done = in_a_container(d, "rm", *dry, "held.shm", "free.shm")
                assert done.returncode == 4 and "delete 1 of 2" in done.stdout.replace("deleted", "delete"), done
                assert "held.shm: in use" in done.stderr and "free.shm" not in done.stderr, done
        assert d.names() == ["held.shm"]


def on_terminal(d, answer, *arguments, meanwhile=lambda: None, uid=None):
    """Runs it on a terminal, and types the answer when it is asked."""
    command = d.command(*arguments, uid=uid)
    pid, fd = pty.fork()
    if pid == 0:
        if uid is not None:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        os.environ.update(LC_ALL="C.UTF-8")
        os.execv(command[0], command)
    seen, answered = b"", False
    while True:
        try:
            more = os.read(fd, 4096)
        except OSError:
            break
        if not more:
            break
        seen += more
        if b"[y/N] " in seen and not answered:
            answered = True
            meanwhile()
            os.write(fd, answer)
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode().replace("\r\n", "\n")


@test
def a_person_is_told_that_not_all_could_be_seen_and_a_script_is_not():
    need_root()
    with Directory() as d:
        save(d, "a.shm")
        said = "may be missing (not root: "
        code, seen = on_terminal(d, b"", "list", uid=12345)
        assert code == 0 and said in seen.splitlines()[-1] and "a.shm" in seen, seen
        code, seen = on_terminal(d, b"", "rm", "--where", "state:unlinked", uid=12345)
        assert code == 0 and seen.startswith("nothing fits\n") and said in seen, seen
        assert said not in on_terminal(d, b"", "list", "--json", uid=12345)[1]
        for arguments in (["list"], ["list", "--json"], ["rm", "--where", "state:unlinked", "--yes"]):
            assert d.expect(0, *arguments, uid=12345).err == "", arguments
        assert d.expect(0, "list", "-o", "name,holders", "--no-headings", uid=12345).out == "a.shm  0?\n"


@test
def where_lists_and_asks_on_a_terminal():
    with Directory() as d:
        holder = fill(d)
        for answer in (b"n\n", b"\n", b"yell\n", b"\x04", b"y" * 100 + b"\n"):
            code, seen = on_terminal(d, answer, "rm", "--where", "size>1")
            assert code == 0 and "nothing was deleted" in seen, (code, seen)
            assert len(d.names()) == 4
        assert "keep    psm_test" in seen and "delete  a.shm" in seen and "Semaphore" not in seen, seen
        assert f"({holder.pid}, " in seen and "16.0K would come back" in seen and "Delete 2 of these 4?" in seen, seen
        code, seen = on_terminal(d, b"y\n", "rm", "--where", "size>1")
        assert code == 4 and "deleted 2 of 4: 16.0K came back" in seen, (code, seen)
        assert d.names() == ["psm_test", "sem.lock"]
        code, seen = on_terminal(d, b"", "rm", "--where", "size>1")
        assert code == 4 and "[y/N]" not in seen, (code, seen)
        holder.communicate()
        code, seen = on_terminal(d, b"", "rm", "--where", "psm", "--yes")
        assert code == 0 and "[y/N]" not in seen and d.names() == ["sem.lock"], (code, seen)


@test
def where_deletes_no_directory_in_which_something_was_made_while_it_asked():
    with Directory() as d:
        os.mkdir(d / "dir")
        save(d, "dir/a.shm")
        save(d, "b.shm")
        code, seen = on_terminal(
            d, b"y\n", "rm", "--where", "size>1", meanwhile=lambda: open(d / "dir/precious", "w").close()
        )
        assert code == 4 and "dir: something was made in it meanwhile" in seen, (code, seen)
        assert "deleted b.shm" in seen and sorted(os.listdir(d / "dir")) == ["a.shm", "precious"], seen
        os.unlink(d / "dir/precious")
        code, seen = on_terminal(
            d, b"y\n", "rm", "--where", "size>1", meanwhile=lambda: os.rename(d / "dir/a.shm", d / "dir/c.shm")
        )
        assert code == 0 and d.names() == [], (code, seen)


main()
