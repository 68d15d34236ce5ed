"""The README's pictures: the program at work, on a host that is made up for them. `make screenshots` runs this.

The host is a set of namespaces with a /dev/shm, a name, users and processes of its own, all gone at the end; the clock
stands and segments have ages (tests/support/madeup.c), so that the same program makes the same pictures. What is shown is
what the program wrote to its terminal, by way of libvterm (tests/support/picture.c).
"""
import os
import re
import struct
import subprocess
import sys
import time

from vt import Console

SHMTOP, SRCDIR, BUILDDIR = (os.environ[name] for name in ("SHMTOP", "SRCDIR", "BUILDDIR"))
PICTURE = os.path.join(BUILDDIR, "tests", "support", "picture")
MADE_UP = os.path.join(BUILDDIR, "tests", "support", "madeup.so")
NOW = 1772460127  # 2026-03-02 14:02:07 UTC
MINUTE, HOUR, DAY = 60, 3600, 86400
HOST = "db07"
USERS = {"alice": 901, "bob": 902, "svc_ml": 903, "svc_cam": 904, "postgres": 905}  # below those whose segments logind deletes
LIMIT = 150_000  # bytes of a picture

# --- a host ---


def enter_host():
    if os.environ.get("SHMTOP_PICTURES_INSIDE"):
        return
    if os.geteuid() != 0:
        sys.exit("screenshots: needs root, for users and a /dev/shm of its own")
    inside = f'mount -t tmpfs -o mode=1777,size=2g none /dev/shm && hostname {HOST} && exec "$0" "$@"'
    command = ["unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc",
               "sh", "-c", inside, sys.executable, *sys.argv]
    os.execvpe(command[0], command, os.environ | {"SHMTOP_PICTURES_INSIDE": "1"})


def have_users():
    for name, lines in (("passwd", "{0}:x:{1}:{1}::/:/bin/sh\n"), ("group", "{0}:x:{1}:\n")):
        with open(f"/dev/shm/{name}", "w") as file:
            file.writelines(lines.format(user, uid) for user, uid in ({"root": 0} | USERS).items())
        subprocess.run(["mount", "--bind", f"/dev/shm/{name}", f"/etc/{name}"], check=True)
        os.unlink(f"/dev/shm/{name}")


def is_aged(name, user, seconds):
    path = "/dev/shm/" + name
    os.chown(path, USERS[user], USERS[user])
    os.utime(path, (NOW - seconds, NOW - seconds))


def shmtop(*arguments):
    subprocess.run([SHMTOP, *arguments], check=True, stdout=subprocess.DEVNULL)


def npy(name, descr, shape, payload=None):
    """A matrix of zeros that is all there."""
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    size = int(descr[2:])
    for n in shape:
        size *= n
    with open("/dev/shm/" + name, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        os.posix_fallocate(file.fileno(), 0, file.tell() + size)


def raw(name, size):
    with open("/dev/shm/" + name, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)


HOLD = """
import mmap, os, signal, sys
with open("/proc/self/comm", "w") as comm:
    comm.write(sys.argv[2])
os.setgroups([]), os.setgid(int(sys.argv[3])), os.setuid(int(sys.argv[3]))
file = open("/dev/shm/" + sys.argv[1], "rb")
held = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
print("up", flush=True)
signal.pause()
"""


def hold(name, user, command="python3", count=1):
    for _ in range(count):
        process = subprocess.Popen([sys.executable, "-c", HOLD, name, command, str(USERS[user])],
                                   stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"up\n"


def furnish():
    """What lies in the made-up host's memory."""
    shmtop("load", os.path.join(SRCDIR, "tests", "data", "relief.csv"), "relief.shm", "--as", "f4")
    npy("prices.shm", "<f2", (16000, 24000))
    npy("features.shm", "<f4", (8192, 2048))
    npy("covariance.shm", "<f8", (3072, 3072))
    npy("returns_2026.shm", "<f2", (1095, 24500))
    npy("labels.shm", "<i8", (1048576,))
    npy("frames_u8.shm", "|u1", (32, 540, 960))
    raw("torch_4711_223344_0", 128 << 20)
    raw("psm_8d2f11aa", 24 << 20)
    raw("torch_812_7_1", 64 << 20)
    raw("PostgreSQL.1804289383", 1 << 20)
    npy("broken.shm", "<f8", (20000, 4000))
    os.truncate("/dev/shm/broken.shm", 4096)
    for name, user, seconds in (
            ("relief.shm", "alice", 41 * MINUTE), ("prices.shm", "alice", 3 * DAY + 4 * HOUR),
            ("features.shm", "alice", 31 * HOUR), ("covariance.shm", "svc_ml", 9 * HOUR + 12 * MINUTE),
            ("returns_2026.shm", "alice", 9 * HOUR + 10 * MINUTE), ("labels.shm", "alice", 9 * HOUR + 12 * MINUTE),
            ("frames_u8.shm", "svc_cam", 41), ("torch_4711_223344_0", "bob", 12 * DAY), ("psm_8d2f11aa", "bob", 6 * DAY),
            ("torch_812_7_1", "bob", 31 * HOUR), ("PostgreSQL.1804289383", "postgres", 40 * DAY), ("broken.shm", "bob", 12)):
        is_aged(name, user, seconds)
    hold("prices.shm", "alice", count=2)
    hold("relief.shm", "alice")
    hold("features.shm", "alice", "dash")
    hold("covariance.shm", "svc_ml", count=4)
    hold("labels.shm", "alice")
    hold("frames_u8.shm", "svc_cam", "acquire")
    hold("frames_u8.shm", "svc_cam", "viewer")
    hold("PostgreSQL.1804289383", "postgres", "postgres", count=5)
    os.unlink("/dev/shm/features.shm")


# --- pictures ---


def without_times(svg):
    """How long it took is another one each time: always as if it were quick."""
    return re.sub(rb'textLength="\d+"([^>]*>exact, )(?:\d+ ms|\d+\.\d\d s)</text>', rb'textLength="99"\g<1>1 ms</text>', svg)


class Screen(Console):
    """The console with all that it wrote. Use with `with`."""

    def __init__(self, rows, columns):
        self.output = bytearray()
        super().__init__(["env", f"LD_PRELOAD={MADE_UP}", f"SHMTOP_NOW={NOW}", "TZ=UTC", "HOME=/", SHMTOP], rows, columns)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def took(self, data):
        self.output += data

    def shows(self, *texts):
        seconds = self.wait(lambda text: all(t in text for t in texts), 20)
        assert seconds is not None, f"not shown: {texts}:\n{self.screen.text()}"

    def settle(self):
        """Until it has written nothing for a while."""
        end = time.monotonic() + 0.8
        while time.monotonic() < end:
            if self.read(end - time.monotonic()):
                end = time.monotonic() + 0.8

    def picture(self, path, title):
        self.settle()
        done = subprocess.run([PICTURE, str(self.screen.rows), str(self.screen.columns), title], input=bytes(self.output),
                              stdout=subprocess.PIPE, check=True)
        svg = without_times(done.stdout)
        assert len(svg) < LIMIT, f"{path} has {len(svg)} bytes"
        with open(path, "wb") as file:
            file.write(svg)
        print(f"{path}: {len(svg)} bytes")


def table(directory):
    with Screen(27, 128) as screen:
        screen.shows("3d04h", "nobody · 4711 gone", "5 postgres")
        screen.keys("j jj k")  # marks what is leaked
        screen.shows("2 marked")
        screen.picture(f"{directory}/table.svg", "The table: segments by size, with type, shape, owner, age and holders")


def spoil(name, rows, columns):
    """A patch of nan in a matrix of float32 of 144 x 360, as a sensor leaves that was off for a while."""
    with open("/dev/shm/" + name, "r+b") as file:
        header = os.fstat(file.fileno()).st_size - 4 * 144 * 360
        for row in range(*rows):
            file.seek(header + 4 * (row * 360 + columns[0]))
            file.write(struct.pack("<f", float("nan")) * (columns[1] - columns[0]))


def type_in(screen, *keys):
    """One after the other, each when the screen has followed."""
    for key in keys:
        screen.keys(key)
        screen.settle()


def preview(directory):
    """Where the Andes rise from the trench before them."""
    spoil("relief.shm", (102, 108), (117, 129))
    is_aged("relief.shm", "alice", 41 * MINUTE)
    with Screen(27, 128) as screen:
        screen.shows("5 postgres")
        type_in(screen, "/relief\r", "\r", ":", "106,113\r", "v")
        screen.shows("nan/inf", "1 % to 99 %")
        screen.picture(f"{directory}/preview.svg", "Values in the colours of their heat, with statistics of each column below")


def map_of(directory):
    """The whole relief, when all of it was read."""
    with Screen(30, 128) as screen:
        screen.shows("5 postgres")
        type_in(screen, "/relief\r", "\r", ":", "59,194\r", "o")
        screen.shows("has nan", "exact, ", "histogram")
        screen.picture(f"{directory}/map.svg", "All values of a matrix as a map, their statistics and histogram beside it")


def main():
    directory = os.path.abspath(sys.argv[1])
    enter_host()
    os.makedirs(directory, exist_ok=True)
    have_users()
    furnish()
    table(directory)
    preview(directory)
    map_of(directory)


main()
