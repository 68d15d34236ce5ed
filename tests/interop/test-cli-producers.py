"""The commands and /etc/shmtop/producers: in a mount namespace of our own, with an /etc that holds nothing else."""
import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests", "support"))
from cli import DEADLINE, SHMTOP, Directory, Result, Skip, check_printable, main, test

UNSHARE = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
SETUP = 'set -e; mount -t tmpfs none /etc; mkdir /etc/shmtop; cat >/etc/shmtop/producers; chmod 644 /etc/shmtop/producers; '


def run(d, table, *arguments, setup=""):
    try:
        works = subprocess.run([*UNSHARE, "mount", "-t", "tmpfs", "none", "/etc"], capture_output=True).returncode == 0
    except FileNotFoundError:
        works = False
    if not works:
        raise Skip("no namespaces here")
    script = SETUP + setup + 'exec "$@"'
    done = subprocess.run(
        [*UNSHARE, "sh", "-c", script, "sh", SHMTOP, "-n", "-d", d.path, *arguments],
        input=table.encode(), capture_output=True, timeout=DEADLINE, env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    check_printable("output", done.stdout)
    check_printable("messages", done.stderr)
    return Result(done.returncode, done.stdout, done.stderr)


def write(path, content=b"x"):
    with open(path, "wb") as file:
        file.write(content)


@test
def json_names_the_producer_and_the_creators_pid():
    with Directory() as d:
        write(d / "torch_4711_12_0")
        write(d / "prices.shm")
        header = bytearray(416)
        header[:4] = b"2.00"
        header[112], header[136] = 1, 9
        header[216:220] = struct.pack("=i", 815)
        header[312:320] = struct.pack("=Q", 32)
        write(d / "frames.im.shm", header)
        for arguments in (["list", "--json"], ["info", "--json", "torch_4711_12_0", "prices.shm", "frames.im.shm"]):
            rows = {s["name"]: (s["producer"], s["creator_pid"]) for s in d.expect(0, *arguments).json()["segments"]}
            assert rows == {"torch_4711_12_0": ("pytorch", 4711), "prices.shm": (None, None),
                            "frames.im.shm": ("imagestream", 815)}, rows
        assert "producer:   PyTorch, creator's pid 4711\n" in d.expect(0, "info", "torch_4711_12_0").out


@test
def rows_of_the_file_count_in_every_command():
    table = "# ours\nfeed feed_<#>_* ok Market feed\nvault *.vault never The vault\n"
    with Directory() as d:
        write(d / "feed_12_a")
        write(d / "a.vault")
        result = run(d, table, "list", "--json")
        assert (result.code, result.err) == (0, ""), result.err
        rows = {s["name"]: (s["producer"], s["creator_pid"], s["protected"]) for s in result.json()["segments"]}
        assert rows == {"feed_12_a": ("feed", 12, False), "a.vault": ("vault", None, True)}, rows
        result = run(d, table, "rm", "a.vault")
        assert result.code == 4 and "The vault" in result.err, result.err
        result = run(d, table, "load", "--replace", "--layout", "raw", "--allow", "held", npy(d), "a.vault")
        assert result.code == 4, (result.code, result.err)
        assert "The vault" in run(d, table, "info", "a.vault").out
        assert d.expect(0, "rm", "a.vault").code == 0


def npy(d):
    import numpy as np

    np.save(d.file("m.npy"), np.zeros(3))
    return d.file("m.npy")


@test
def a_file_that_cannot_be_used_is_said_and_the_rest_works():
    with Directory() as d:
        write(d / "psm_8d2f11aa")
        result = run(d, "x y maybe\n", "list", "--json")
        assert result.code == 0
        assert result.err == ("shmtop: /etc/shmtop/producers: line 1: expected ask, ok, self, live or never behind the "
                              "pattern; only the built-in producers are known\n"), result.err
        assert result.json()["segments"][0]["producer"] == "cpython"
        result = run(d, "psm psm_* never\n", "list", "--json", setup="chmod 666 /etc/shmtop/producers; ")
        assert "everybody may write it" in result.err and result.json()["segments"][0]["producer"] == "cpython"


main()
