"""What the commands read of the host, in a mount namespace of our own: /etc/shmtop/producers (in an /etc that holds
nothing else), the configuration of logind, the file system that the directory lies on."""
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
        assert "producer:   PyTorch, creator pid 4711" in d.expect(0, "info", "torch_4711_12_0").out


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
def what_was_deleted_through_another_mount_of_the_file_system_is_listed():
    with Directory() as d:
        for mounted, listed in [("", ["x"]), ("/sub", [])]:
            setup = (
                f"mount -t tmpfs none {d.path}; mkdir {d.path}/sub; mkdir -p {d.files}/m; mount --bind {d.path} {d.files}/m; "
                f"exec 3<>{d.files}/m/x; rm {d.files}/m/x; tail -f /dev/null >/dev/null 2>&1 & holder=$!; exec 3>&-; "
                f"shift 4; \"$0\" -d {d.path}{mounted} \"$@\" && status=0 || status=$?; kill $holder; exit $status; "
            )
            # A part of the file system is not all of it, though it is mounted too.
            if mounted:
                setup = setup.replace("exec 3<>", f"mount --bind {d.path}/sub {d.path}/sub; exec 3<>", 1)
            result = run(d, "", "list", "--json", setup=setup.replace('"$0"', SHMTOP))
            assert result.code == 0, result.err
            rows = [(s["name"], s["state"]) for s in result.json()["segments"] if s["name"] != "sub"]
            assert rows == [(name, "unlinked") for name in listed], rows


def warnings(d, setup):
    result = run(d, "", "list", "--json", setup=setup)
    assert result.code == 0, result.err
    return {w["code"]: w["text"] for w in result.json()["warnings"]}


def on_tmpfs(d, options, setup=""):
    return warnings(d, f"mount -t tmpfs -o {options} none {d.path}; " + setup)


@test
def warnings_are_those_of_the_directorys_file_system():
    with Directory() as d:
        assert on_tmpfs(d, "size=80m,nr_inodes=100000") == {}
        assert list(on_tmpfs(d, "size=64m,nr_inodes=100000")) == ["small"]
        fill = f"head -c 37000000 /dev/zero >{d.path}/a; "
        assert list(on_tmpfs(d, "size=40m,nr_inodes=100000", fill.replace("37000000", "37748736"))) == []
        assert list(on_tmpfs(d, "size=40m,nr_inodes=100000", fill.replace("37000000", "37748737"))) == ["full"]
        files = f"for i in $(seq 0 89); do : >{d.path}/$i; done; "
        found = on_tmpfs(d, "size=80m,nr_inodes=100", files)
        assert list(found) == ["inodes"] and found["inodes"].startswith("9 of 100 inodes left"), found
        sparse = f"truncate -s 80m {d.path}/a; "
        assert on_tmpfs(d, "size=80m,nr_inodes=100000", sparse) == {}
        found = on_tmpfs(d, "size=80m,nr_inodes=100000", sparse + f"truncate -s 4k {d.path}/b; ")
        assert list(found) == ["sparse"] and "promise 80.0M" in found["sparse"], found


@test
def a_load_that_finds_no_room_is_refused_and_leaves_none():
    with Directory() as d:
        header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (2000000,), }".ljust(117) + b"\n"
        write(d.file("big.npy"), b"\x93NUMPY\x01\0v\0" + header + bytes(2000000))
        write(d.file("big.csv"), b"1,2,3,4,5\n" * 30000)
        setup = f"mount -t tmpfs -o {{}} none {d.path}; {{}} || status=$?; "
        setup += f"test -z \"$(ls -A {d.path})\" || exit 99; exit $status; "
        for options, file, says in [
            ("size=1m,nr_inodes=1", npy(d), "the file system has no inode left"),
            ("size=1m,nr_inodes=9", d.file("big.npy"), "not enough room: 2.0M needed, 1.0M free in the file system"),
            ("size=1m,nr_inodes=9", d.file("big.csv"), " needed, "),
        ]:
            for command, source in [('"$@"', file), (f'"$@" <{file}', "-"), (f'cat {file} | "$@"', "-")]:
                result = run(d, "", "load", source, "x.shm", setup=setup.format(options, command))
                assert result.code == 4 and says in result.err, (command, file, result.code, result.err)


@test
def segments_that_logind_may_delete_are_warned_of():
    if os.geteuid() != 0:
        raise Skip("needs root to give a segment away")
    setup = ("mount -t tmpfs none /run; mkdir -p /run/systemd/users /etc/systemd; "
             "echo '[Login]' >/etc/systemd/logind.conf; echo RemoveIPC={} >>/etc/systemd/logind.conf; ")
    with Directory() as d:
        write(d / "a")
        for removes, uid, text in (("yes", 1234, "1 segment of user 1234 at"), ("no", 1234, None), ("yes", 123, None)):
            os.chown(d / "a", uid, uid)
            found = warnings(d, setup.format(removes)).get("removeipc")
            assert (text in found) if text else found is None, found


@test
def who_would_be_robbed_at_logout_is_told_so_at_the_load():
    if os.geteuid() != 0:
        raise Skip("needs root to give a segment away")
    setup = ("mount -t tmpfs none /run; mkdir -p /run/systemd/users /etc/systemd; "
             "echo '[Login]' >/etc/systemd/logind.conf; echo RemoveIPC={} >>/etc/systemd/logind.conf; ")
    with Directory() as d:
        for removes, uid, told in (("yes", "1234", True), ("no", "1234", False), ("yes", "0", False)):
            options = ["load", "--replace", "--owner", uid, npy(d), "a.shm"]
            result = run(d, "", *options, setup=setup.format(removes))
            words = "shmtop: a.shm: logind may delete it at the last logout of user 1234, in use or not: set RemoveIPC=no"
            assert result.code == 0 and result.err.startswith(words) == told and bool(result.err) == told, result.err


@test
def a_file_that_cannot_be_used_is_said_and_the_rest_works():
    with Directory() as d:
        write(d / "psm_8d2f11aa")
        result = run(d, "x y maybe\n", "list", "--json")
        assert result.code == 0
        assert result.err == ("shmtop: /etc/shmtop/producers: line 1: expected ask, ok, self, live or never behind the "
                              "pattern; only the built-in producers are known\n"), result.err
        assert result.json()["segments"][0]["producer"] == "cpython"
        for arguments in (["rm", "psm_8d2f11aa"], ["rm", "--where", "psm", "--yes"], ["rm", "--dry-run", "psm_8d2f11aa"]):
            result = run(d, "x y maybe\n", *arguments)  # what else the file protects is not known
            assert result.code == 4 and "protected (perhaps: the producers file could not be used)" in result.err, result.err
            assert d.names() == ["psm_8d2f11aa"]
        header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }"
        write(d.file("two.npy"), b"\x93NUMPY\1\0v\0" + header.ljust(117) + b"\n12")
        result = run(d, "x y maybe\n", "load", "--replace", d.file("two.npy"), "psm_8d2f11aa")
        assert result.code == 4 and "--allow protected" in result.err, result.err
        result = run(d, "x y maybe\n", "rm", "--allow", "protected", "psm_8d2f11aa")
        assert result.code == 0 and d.names() == [], result.err
        write(d / "psm_8d2f11aa")
        result = run(d, "psm psm_* never\n", "list", "--json", setup="chmod 666 /etc/shmtop/producers; ")
        assert "everybody may write it" in result.err and result.json()["segments"][0]["producer"] == "cpython"


@test
def root_that_only_reads_looks_at_no_file_system_mounted_below():
    mounts = ("mkdir {0}/sub; mount -t tmpfs none {0}/sub; echo secret >{0}/sub/a.shm; touch {0}/x.shm; "
              "mount --bind /etc/shmtop/producers {0}/x.shm; ")
    with Directory() as d:
        setup = mounts.format(d.path)
        seen = {s["name"]: (s["size"], s["layout"]) for s in run(d, "# ours\n", "-r", "list", "--json", setup=setup).json()["segments"]}
        assert seen == {"sub": (0, "directory"), "x.shm": (7, None)}, seen
        setup = setup.replace("mkdir", "mkdir -p")
        for name in ("sub/a.shm", "x.shm"):
            result = run(d, "# ours\n", "-r", "show", name, setup=setup)
            assert result.code == 5 and result.out == "", (name, result.code, result.err)
        assert "another file system" in run(d, "", "-r", "info", "sub/a.shm", setup=setup).err
        seen = [s["name"] for s in run(d, "# ours\n", "list", "--json", setup=setup).json()["segments"]]
        assert seen == ["sub", "sub/a.shm", "x.shm"], seen


main()
