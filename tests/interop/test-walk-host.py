"""A sysadmin's walk past what else lies in /dev/shm: a holder in another pid namespace, a container's own /dev/shm, POSIX
semaphores, a live PostgreSQL. Nothing of it is deleted by mistake."""
import ctypes
import glob
import multiprocessing
import os
import pwd
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests", "support"))
from cli import DEADLINE, SHMTOP, Directory, Skip, main, test
from walk import Screen, holders, rows, until

UNSHARE = ["unshare", "-m", "-p", "-f", "--mount-proc"] if os.geteuid() == 0 else ["unshare", "-rmpf", "--mount-proc"]

HOLD = """
import mmap, os, signal, sys
with open(sys.argv[1], "rb") as file:
    memory = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
for path in sys.argv[2:]:
    os.unlink(path)
print("up", os.getpid(), flush=True)
signal.pause()
"""


class Namespace:
    """A process that is number 1 of its own pid namespace, and what it prints first. Use with `with`."""

    def __init__(self, script):
        try:
            works = subprocess.run([*UNSHARE, "true"], capture_output=True).returncode == 0
        except FileNotFoundError:
            works = False
        if not works:
            raise Skip("no namespaces here")
        command = [*UNSHARE, "sh", "-c", script]
        # Without a buffer: communicate, given a time, does not see what one has taken beyond the first line.
        self.unshare = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)

    def __enter__(self):
        assert self.unshare.stdout.readline().split() == [b"up", b"1"]
        with open(f"/proc/{self.unshare.pid}/task/{self.unshare.pid}/children") as children:
            number = children.read()
        self.pid = int(number) if number else None  # None: it has ended already
        return self

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        self.unshare.wait()

    def __exit__(self, *_):
        if self.unshare.poll() is None:
            self.kill()
        self.unshare.stdout.close()


def hold(*arguments):
    return f"exec {sys.executable} -c '{HOLD}' {' '.join(arguments)}"


def write(path, size):
    with open(path, "wb") as file:
        file.write(b"x" * size)


class Shm(Directory):
    """The host's own /dev/shm, where others' things lie too: only what a filter names is looked at."""

    def __enter__(self):
        super().__enter__()
        self.private, self.path = self.path, "/dev/shm"
        return self

    def __exit__(self, *_):
        self.path = self.private
        super().__exit__()


@test
def a_holder_in_another_pid_namespace_has_our_number_of_it():
    with Directory() as d:
        write(d / "raw.shm", 5000)
        with Namespace(hold(d / "raw.shm")) as inside, Screen(d) as screen:
            held = holders(d, "raw.shm")
            assert list(held) == [inside.pid] and held[inside.pid]["mapped"] == 1, held
            assert rows(d)["raw.shm"]["state"] == "live"
            d.expect(4, "rm", "raw.shm", says=f"in use by python3 ({inside.pid}, ")
            screen.row_shows("raw.shm", f"{inside.pid} python3")
            inside.kill()
            screen.row_shows("raw.shm", "nobody")
        assert d.expect(0, "rm", "raw.shm").out.startswith("deleted raw.shm: 8.0K came back\n")


@test
def inside_a_pid_namespace_the_sweep_is_said_to_be_incomplete():
    with Directory() as d:
        write(d / "raw.shm", 5000)
        with Namespace(f"echo up $$; exec {SHMTOP} -d {d.path} list --json") as inside:
            out = inside.unshare.communicate(timeout=DEADLINE)[0].decode()
        assert '"holders_complete": false' in out and '"state": "idle"' in out, out
        assert "namespace" in out, out


@test
def a_containers_directory_is_seen_from_the_host():
    script = """set -e; mount -t tmpfs -o size=64m none /dev/shm; cd /dev/shm
        head -c 10000 /dev/zero >held.shm; head -c 10000 /dev/zero >free.shm; head -c 20000 /dev/zero >gone.bin
        head -c 9 /dev/zero >torch_1_2_0; exec """
    keep = hold("/dev/shm/gone.bin", "/dev/shm/gone.bin")
    with Directory() as d, Namespace(script + keep[len("exec "):]) as inside:
        d.path, private = f"/proc/{inside.pid}/root/dev/shm", d.path
        try:
            found = rows(d)
            states = {name: row["state"] for name, row in found.items()}
            # Its process 1 made the one of PyTorch: somebody bears that number in there.
            assert states == {"held.shm": "idle", "free.shm": "idle", "torch_1_2_0": "idle", "gone.bin": "unlinked"}, states
            answer = d.expect(0, "list", "--json").json()
            assert answer["filesystem"]["size"] == 64 << 20 and "small" in [w["code"] for w in answer["warnings"]], answer
            with Screen(d) as screen:
                screen.row_shows("gone.bin (unlinked)", f"{inside.pid} python3")
                screen.shows("the file system has 64M")
                if os.geteuid() == 0:
                    inode = f"#{found['gone.bin']['inode']}"
                    assert list(holders(d, inode)) == [inside.pid]
                    done = d.expect(0, "restore", inode)
                    assert f"python3 ({inside.pid}, root)" in done.out, done.out
                    screen.waits(lambda: screen.text().count("gone.bin") > 2, "the restored one is not there")
                    assert d.expect(0, "rm", "gone.bin").out.startswith("deleted gone.bin: 20.0K came back")
                d.expect(0, "rm", "free.shm")
                screen.lacks("free.shm")
                inside.kill()
        finally:
            d.path = private


@test
def semaphores_are_protected_and_so_are_those_without_a_name():
    libc = ctypes.CDLL(None, use_errno=True)
    libc.sem_open.restype = ctypes.c_void_p
    name = f"shmtop-walk-{os.getpid()}"
    if not libc.sem_open(f"/{name}".encode(), os.O_CREAT, 0o600, 1):
        raise Skip("no semaphores here")
    try:
        lock = multiprocessing.Lock()  # has lost its name already
        with Shm() as d:
            row = rows(d, "--where", f"name:sem.{name}")[f"sem.{name}"]
            facts = row["layout"], row["producer"], row["protected"], row["state"], row["holders"]
            assert facts == ("semaphore", "semaphore", True, "live", 1), row
            assert list(holders(d, f"sem.{name}")) == [os.getpid()]
            d.expect(4, "rm", f"sem.{name}", says="protected (a POSIX semaphore): what uses it breaks without it")
            d.expect(4, "rm", "--where", f"name:sem.{name}", "--yes", says="only by its NAME")
            assert os.path.exists(f"/dev/shm/sem.{name}")
            ours = [row for row in d.expect(0, "list", "--json", "--where", "state:unlinked name:sem.*").json()["segments"]
                    if os.getpid() in holders(d, f"#{row['inode']}")]
            assert ours and all(row["size"] == 32 and row["protected"] for row in ours), ours
            text = d.expect(0, "info", f"sem.{name}").out
            assert "layout:     POSIX semaphore\n" in text and "protected:  yes (a POSIX semaphore): what uses it" in text, text
        del lock
    finally:
        libc.sem_unlink(f"/{name}".encode())


class Postgres:
    """A private cluster whose dynamic shared memory lies in /dev/shm. Use with `with`."""

    def __init__(self, files):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
        if not found:
            raise Skip("PostgreSQL is not installed")
        self.programs = os.path.dirname(found[-1])
        self.identity = {}
        self.home = os.path.join(files, "postgres")
        os.mkdir(self.home, 0o700)
        if os.geteuid() == 0:
            try:
                user = pwd.getpwnam("postgres")
            except KeyError:
                raise Skip("PostgreSQL does not run as root, and there is no user postgres")
            os.chown(self.home, user.pw_uid, user.pw_gid)
            self.identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def run(self, program, *arguments):
        return subprocess.run([os.path.join(self.programs, program), *arguments], cwd=self.home, check=True,
                              capture_output=True, text=True, timeout=DEADLINE, **self.identity).stdout

    def __enter__(self):
        self.run("initdb", "-D", "data", "-A", "trust", "--no-sync", "--no-locale")
        settings = {"dynamic_shared_memory_type": "posix", "listen_addresses": "", "unix_socket_directories": self.home,
                    "fsync": "off", "force_parallel_mode": "on"}
        with open(os.path.join(self.home, "data", "postgresql.auto.conf"), "a") as file:
            file.writelines(f"{key} = '{value}'\n" for key, value in settings.items())
        command = [os.path.join(self.programs, "postgres"), "-D", "data"]
        self.process = subprocess.Popen(command, cwd=self.home, start_new_session=True, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, **self.identity)
        until(self.is_ready, "PostgreSQL does not start")
        return self

    def is_ready(self):
        assert self.process.poll() is None, "PostgreSQL ended"
        return subprocess.run([os.path.join(self.programs, "pg_isready"), "-q", "-h", self.home], **self.identity).returncode == 0

    def query(self, text):
        return self.run("psql", "-h", self.home, "-Atc", text, "postgres")

    def pids(self):
        return {int(pid) for pid in self.query("select pid from pg_stat_activity").split()} | {self.process.pid}

    def kill(self):
        """Without a chance to clean up: its other processes end by themselves once the first is gone."""
        self.process.kill()
        self.process.wait()

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()


@test
def a_live_postgresql_keeps_its_segments():
    with Shm() as d, Postgres(d.files) as server:
        server.query("create table t as select generate_series(1, 1000) i")
        assert server.query("select count(*) from t") == "1000\n"  # by a parallel worker
        pids = server.pids()

        def ours():
            answer = d.expect(0, "info", "--json", *rows(d, "--where", "producer:postgresql name:PostgreSQL.*")).json()
            return {s["name"]: s for s in answer["segments"] if pids & {holder["pid"] for holder in s["held_by"]}}

        segments = ours()
        assert segments, "PostgreSQL has no segment in /dev/shm"
        for name, segment in segments.items():
            assert (segment["state"], segment["protected"], segment["ownerless"]) == ("live", True, False), segment
            assert {holder["command"] for holder in segment["held_by"]} == {"postgres"}, segment
            d.expect(4, "rm", name, says="protected (PostgreSQL): what uses it breaks without it")
            d.expect(4, "rm", "--allow", "protected", name, says="in use by postgres (")
            d.expect(4, "rm", "--where", f"name:{name}", "--yes", "--allow", "held", says="only by its NAME")
        assert set(ours()) == set(segments) and server.query("select count(*) from t") == "1000\n"
        with Screen(d) as screen:
            name = sorted(segments)[0]
            screen.keys(f"/{name}\r")
            screen.row_shows(name, " postgres")
            assert screen.row(name).startswith(" P "), screen.text()
            screen.keys("d")
            screen.shows("1 in use", "1 protected: a service needs it", "Type delete and Enter to go on")
            screen.keys("y\r\x1b")
            screen.lacks("Type delete")
            server.kill()
            until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids), "PostgreSQL's processes stay")
            left = rows(d, "--where", "name:PostgreSQL.*")
            left = {name: left[name] for name in segments if name in left}
            assert left, "nothing is left of a killed PostgreSQL"
            for name, row in left.items():
                assert (row["state"], row["holders"], row["protected"]) == ("idle", 0, True), row
                d.expect(4, "rm", "--where", f"name:{name}", "--yes", says="only by its NAME")
                d.expect(0, "rm", "--allow", "protected", name)


main()
