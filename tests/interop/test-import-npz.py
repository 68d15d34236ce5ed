"""Loads what numpy wrote with np.savez and np.savez_compressed: the segment is what np.load gives of the same member."""
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

import numpy as np

SHMTOP = os.environ["SHMTOP"]
results = []


def ok(condition, text):
    results.append((bool(condition), text))


def load(directory, source, name, stdin=None):
    return subprocess.run([SHMTOP, "-d", directory, "load", source, name], input=stdin, capture_output=True)


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def arrays():
    count = np.arange(24)
    return {
        "plain": (count * 0.1).reshape(4, 6),
        "half": (count * 0.1).astype("f2"),
        "fortran": np.asfortranarray(count.astype("f4").reshape(4, 6)),
        "big": count.astype(">i4").reshape(2, 3, 4),
        "scalar": np.array(1.5),
        "empty": np.zeros((0, 3)),
        "strings": np.array([["one", "zwei"], ["tr\u00e9s", "\u00e4"]]),
        "a/b/../c": count.astype("u1"),
        "\u6574\u5f62 key": count.astype("c8"),
        "long" * 300: np.arange(100000, dtype="i8"),
    }


def check_member(source, directory, key, title, stdin=None):
    target = f"{directory}/x.shm"
    done = load(directory, "-" if stdin else source, "x.shm", stdin)
    if done.returncode:
        ok(False, f"{title}: {done.stderr.decode(errors='replace')}")
        return
    with np.load(source) as archive:
        wanted = archive[key]
    found = np.load(target)
    ok(same(wanted, found) and wanted.flags.fnc == found.flags.fnc, title)
    os.unlink(target)


def check_archives(files, directory):
    source = f"{files}/one.npz"
    for save in np.savez, np.savez_compressed:
        for key, array in arrays().items():
            save(source, **{key: array})
            title = f"{save.__name__} {ascii(key)[:40]}"
            check_member(source, directory, key, title)
            with open(source, "rb") as archive:
                check_member(source, directory, key, f"{title}, through a pipe", archive.read())


class Unseekable(io.RawIOBase):
    """What zipfile takes for a pipe."""

    def __init__(self):
        self.bytes = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.bytes += data
        return len(data)


def check_piped(files, directory):
    for compression in zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED:
        out = Unseekable()
        with zipfile.ZipFile(out, "w", compression) as archive:
            with archive.open("a.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, arrays()["big"])
        source = f"{files}/piped.npz"
        with open(source, "wb") as target:
            target.write(out.bytes)
        check_member(source, directory, "a", f"written to a pipe, method {compression}")


def check_odd(files, directory):
    npy = io.BytesIO()
    np.save(npy, np.arange(3))
    source = f"{files}/odd.npz"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("a.npy", b"old")
        archive.writestr("readme", b"hello")
        archive.comment = b"PK\5\6 " * 1000
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("a.npy", npy.getvalue())
    check_member(source, directory, "a", "the last of two of one name, behind it what looks like an end")


def refused(directory, source, code, words, title):
    done = load(directory, source, "x.shm")
    text = done.stderr.decode(errors="replace")
    good = done.returncode == code and all(word in text for word in words) and not os.listdir(directory)
    ok(good, f"{title}: refused" if good else f"{title}: exit {done.returncode}, {text}")


def check_refusals(files, directory):
    source = f"{files}/bad.npz"
    np.savez(source, prices=np.arange(3), volumes=np.arange(4))
    refused(directory, source, 2, ["--member", "prices", "volumes"], "several, and none chosen")
    np.savez(source)
    refused(directory, source, 1, ["no matrix"], "no arrays")
    done = load(directory, "-", "x.shm", b"PK\3\4 and no more")
    ok(done.returncode == 1 and b"no zip archive" in done.stderr and not os.listdir(directory), "a pipe that breaks off")
    np.savez(source, a=np.array([{}, None], dtype=object))
    refused(directory, source, 1, ["object", "member a"], "objects")
    for method, word in (zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "LZMA"):
        with zipfile.ZipFile(source, "w", method) as archive:
            archive.writestr("a.npy", b"x" * 1000)
        refused(directory, source, 1, [word], f"method {word}")
    np.savez_compressed(source, a=np.arange(1000))
    with open(source, "r+b") as archive:
        whole = bytearray(archive.read())
        at = whole.index(b"PK\1\2") + 16
        whole[at] ^= 1
        archive.seek(0)
        archive.write(whole)
    refused(directory, source, 1, ["member a", "CRC"], "a wrong CRC")


def main():
    files = tempfile.mkdtemp(prefix="shmtop-npz-")
    directory = tempfile.mkdtemp(prefix="shmtop-npz-", dir="/dev/shm")
    try:
        check_archives(files, directory)
        check_piped(files, directory)
        check_odd(files, directory)
        check_refusals(files, directory)
    finally:
        shutil.rmtree(files)
        shutil.rmtree(directory)
    print(f"1..{len(results)}")
    for n, (good, text) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {n} - {text}".replace("\n", " "))
    sys.exit(not all(good for good, _ in results))


main()
