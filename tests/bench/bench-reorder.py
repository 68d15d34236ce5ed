"""Loading an .npy in the other order, page cache warm, beside what a Python user does: np.load, np.ascontiguousarray (or
asfortranarray), a copy into a new SharedMemory; in one row as another type on the way, with astype before that.

Wanted: at least 3 times as fast, for each shape (median over pairs). The rival's time is that of those calls alone,
without Python's start; ours is that of the whole command. Before each pair the memory that it needs is touched and freed,
and the two take turns in being the first. The floor is one copy of those bytes between two arrays whose pages are there
already.

BENCH_MIB and BENCH_PAIRS change the size (of those of 1024 MiB) and the number of pairs.
"""
import math
import mmap
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from multiprocessing import shared_memory

import numpy as np

from measure import floor, spread

MIB = 1 << 20
SIZE = int(os.environ.get("BENCH_MIB", "1024")) * MIB
PAIRS = int(os.environ.get("BENCH_PAIRS", "5"))
SHMTOP = os.environ["SHMTOP"]
TIMES_WANTED = 3.0
SIDE = math.isqrt(SIZE // 8)


def make_source(path, shape, fortran):
    out = np.lib.format.open_memmap(path, mode="w+", dtype="f8", shape=shape, fortran_order=fortran)
    out.reshape(-1, order="A")[:] = np.arange(out.size, dtype="f8") % 60013  # a prime that a float16 holds
    out.flush()
    del out
    with open(path, "rb") as source:
        while source.read(MIB):
            pass


def touch(size):
    with mmap.mmap(-1, size) as memory:
        for at in range(0, size, mmap.PAGESIZE):
            memory[at] = 1


def rival(source, order, dtype):
    """Seconds, and the segment, which the caller closes."""
    began = time.perf_counter()
    matrix = np.load(source).astype(dtype, copy=False)
    matrix = np.asfortranarray(matrix) if order == "F" else np.ascontiguousarray(matrix)
    segment = shared_memory.SharedMemory(create=True, size=matrix.nbytes)
    target = np.ndarray(matrix.shape, matrix.dtype, segment.buf, order=order)
    target[...] = matrix
    return time.perf_counter() - began, segment


def ours(source, order, dtype, directory):
    command = [SHMTOP, "-d", directory, "load", "--order", order, source, "ours.shm"]
    if dtype != "f8":
        command += ["--as", dtype]
    began = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def same(segment, path):
    matrix = np.load(path, mmap_mode="r")
    data = np.frombuffer(segment.buf, "u1", matrix.nbytes)
    equal = np.array_equal(data, matrix.reshape(-1, order="A").view("u1"))
    del data
    return equal


def pair(source, order, dtype, directory, first):
    target = f"{directory}/ours.shm"
    touch(3 * os.path.getsize(source))
    if first:
        mine = ours(source, order, dtype, directory)
        os.rename(target, f"{directory}/mine")
    theirs, segment = rival(source, order, dtype)
    if not first:
        mine = ours(source, order, dtype, directory)
        os.rename(target, f"{directory}/mine")
    if not same(segment, f"{directory}/mine"):
        raise SystemExit("bench-reorder: the two do not agree")
    os.unlink(f"{directory}/mine")
    segment.close()
    segment.unlink()
    return theirs, mine


def compare(label, shape, order, files, directory, dtype="f8"):
    source = f"{files}/source.npy"
    make_source(source, shape, fortran=order == "C")
    size = math.prod(shape) * 8
    times = [pair(source, order, dtype, directory, n % 2) for n in range(PAIRS)]
    ratios = [theirs / mine for theirs, mine in times]
    times_as_fast = statistics.median(ratios)
    print(f"{label}: {size / MIB:.0f} MiB of float64, floor {floor(size):.3f} s")
    print(f"    numpy        {spread([theirs for theirs, _ in times])} s")
    print(f"    shmtop load  {spread([mine for _, mine in times])} s")
    print(f"    times        {spread(ratios)}, wanted >= {TIMES_WANTED}: "
          f"{'met' if times_as_fast >= TIMES_WANTED else 'SHORT'}", flush=True)
    os.unlink(source)


def main():
    files = tempfile.mkdtemp(prefix="shmtop-bench-", dir=os.environ.get("BUILDDIR"))
    directory = tempfile.mkdtemp(prefix=".shmtop-bench-", dir="/dev/shm")
    try:
        print(f"the other order, page cache warm, {PAIRS} pairs, {os.cpu_count()} processors: "
              "median (least .. most)")
        compare(f"F to C, {SIDE} x {SIDE}", (SIDE, SIDE), "C", files, directory)
        compare(f"C to F, {SIDE} x {SIDE}", (SIDE, SIDE), "F", files, directory)
        compare(f"F to C, {SIDE} x {SIDE}, as float16", (SIDE, SIDE), "C", files, directory, "f2")
        compare("F to C, 3 x 10000000", (3, 10**7), "C", files, directory)
        compare("F to C, 10000000 x 3", (10**7, 3), "C", files, directory)
        compare("F to C, 20 axes of 2", (2,) * 20, "C", files, directory)
        twos = (SIZE // 8).bit_length() - 1
        compare(f"F to C, {twos} axes of 2", (2,) * twos, "C", files, directory)
    finally:
        shutil.rmtree(files)
        shutil.rmtree(directory)


main()
