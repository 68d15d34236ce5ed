"""Loads real files with the real binary: what numpy reads from the segment is what it reads from the file."""
import io
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np

SHMTOP = os.environ["SHMTOP"]
results = []


def ok(condition, text):
    results.append((bool(condition), text))


def saved(array):
    """The bytes that np.save writes."""
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def load(directory, *arguments, stdin=None):
    return subprocess.run([SHMTOP, "-d", directory, "load", *arguments], input=stdin, capture_output=True)


def read(path):
    with open(path, "rb") as segment:
        return segment.read()


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def cases():
    count = np.arange(24)
    yield "float16", (count * 0.1).astype("f2").reshape(4, 6)
    yield "float64 in F order", np.asfortranarray(count.astype("f8").reshape(4, 6))
    yield "big-endian int32, rank 3", count.astype(">i4").reshape(2, 3, 4)
    yield "rank 3 in F order", np.asfortranarray(count.astype("u2").reshape(2, 3, 4))
    yield "both orders at once", np.asfortranarray(count.astype("u2").reshape(1, 24))
    yield "scalar", np.array(1.5)
    yield "empty", np.zeros((0, 3))
    yield "complex", (count + 2j).astype("c8")
    yield "bool", (count % 3 == 0).reshape(3, 8)
    yield "strings", np.array([["one", "two"], ["three", "\u00e4"]])
    yield "bytes", np.array([b"one", b"three"])
    yield "datetimes", np.array(["2026-01-01", "NaT"], dtype="M8[ns]")
    yield "struct", np.array([(1, 2.5, "x")] * 3, dtype=[("a", "<i4"), ("b", ">f8", (2,)), ("it's", "<U3")])
    yield "aligned struct", np.zeros(3, dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True))


def check_case(files, directory, title, array):
    source, target = f"{files}/x.npy", f"{directory}/x.shm"
    np.save(source, array)
    done = load(directory, source)
    ok(done.returncode == 0, f"{title}: loads ({done.stderr.decode()!r})")
    ok(read(target) == saved(array), f"{title}: byte for byte as np.save")
    mapped = np.load(target, mmap_mode="r") if array.size else np.load(target)
    ok(same(mapped, array), f"{title}: np.load(mmap_mode='r') gives the same")
    if array.ndim > 0 and array.size:
        ok(mapped.ctypes.data % 64 == 0, f"{title}: aligned")
    del mapped
    os.unlink(target)
    for order in "CF":
        # A copy of an aligned struct does not copy its padding; in one dimension there is nothing to reorder.
        wanted = saved(array if array.ndim < 2 else array.copy(order=order))
        done = load(directory, "--order", order, source)
        ok(done.returncode == 0 and read(target) == wanted,
           f"{title}: --order {order} as np.save of a copy in that order")
        os.unlink(target)
        done = load(directory, "--order", order, "-", "x.shm", stdin=saved(array))
        ok(done.returncode == 0 and read(target) == wanted,
           f"{title}: --order {order} from a pipe")
        os.unlink(target)
    done = load(directory, "--layout", "raw", source)
    ok(done.returncode == 0 and read(target) == array.tobytes(order="A"), f"{title}: --layout raw, the bytes alone")
    os.unlink(target)


def check_large_orders(files, directory):
    """Larger than what is held in memory: read in boxes, and from a pipe, with short runs, into a map of the target."""
    count = np.arange(2_000_000, dtype="f8")
    source, target = f"{files}/large.npy", f"{directory}/large.shm"
    for shape in (3, 666_666), (666_666, 3), (1250, 1600), (40, 50, 1000), (2,) * 20:
        array = count[:np.prod(shape)].reshape(shape)
        for order in "CF":
            np.save(source, array.copy(order=order))
            other = "F" if order == "C" else "C"
            wanted = saved(array.copy(order=other))
            done = load(directory, "--order", other, source)
            ok(done.returncode == 0 and read(target) == wanted, f"{shape}, {order} to {other}")
            done = load(directory, "--order", other, "--replace", "-", "large.shm", stdin=read(source))
            ok(done.returncode == 0 and read(target) == wanted, f"{shape}, {order} to {other} from a pipe")
            os.unlink(target)
    os.unlink(source)


def check_refusals(files, directory):
    np.save(f"{files}/object.npy", np.array([{}, None]), allow_pickle=True)
    np.save(f"{files}/x.npy", np.zeros(1000))
    with open(f"{files}/cut.npy", "wb") as cut:
        cut.write(saved(np.zeros(1000))[:-1])
    for name, code in (("object.npy", 1), ("cut.npy", 1), ("none.npy", 3)):
        done = load(directory, f"{files}/{name}")
        ok(done.returncode == code and done.stderr, f"{name}: exit {code} and a reason")
    ok(not os.listdir(directory), "refused: nothing left")


def check_replace(files, directory):
    target = f"{directory}/x.shm"
    np.save(f"{files}/x.npy", np.arange(10.0))
    load(directory, f"{files}/x.npy")
    reader = np.load(target, mmap_mode="r")
    np.save(f"{files}/x.npy", np.arange(5.0))
    done = load(directory, f"{files}/x.npy")
    ok(done.returncode == 4, "an existing name is refused")
    done = load(directory, "--replace", f"{files}/x.npy")
    ok(done.returncode == 4, "a held one is not replaced")
    done = load(directory, "--replace", "--allow", "held", f"{files}/x.npy")
    ok(done.returncode == 0 and len(np.load(target)) == 5, "unless that is allowed")
    ok(reader.tolist() == list(range(10)), "who maps the old one keeps it")
    ok(os.listdir(directory) == ["x.shm"], "nothing else is left")


def main():
    files = tempfile.mkdtemp(prefix="shmtop-test-")
    directory = tempfile.mkdtemp(prefix=".shmtop-test-", dir="/dev/shm")
    try:
        for title, array in cases():
            check_case(files, directory, title, array)
        check_large_orders(files, directory)
        check_refusals(files, directory)
        check_replace(files, directory)
    finally:
        shutil.rmtree(files)
        shutil.rmtree(directory)
    print(f"1..{len(results)}")
    for number, (good, text) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {number} - {text}")
    return 0 if all(good for good, _ in results) else 1


sys.exit(main())
