"""Loading with a conversion: `shmtop load --as` beside what a dashboard does in Python (np.load, astype, a copy into
SharedMemory), page cache warm.

A row of ROWS is the file's type, the wanted one, how many times as fast we are to be, and how far from the floor: to
reserve the room, to read the bytes of the file and to write those of the segment, in blocks, and nothing else. The
rival runs in this process, so without the start of an interpreter. The three take turns; ratios are medians over them.

BENCH_MIB and BENCH_PAIRS change the size of the file and the number of turns, BENCH_ROWS picks rows by a word.
BENCH_LARGE_MIB is the size of one more file, float64 to float16, only if there is the memory for it: how long it takes
beside a memcpy of the bytes moved.
"""
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from multiprocessing import shared_memory

import numpy as np

from measure import private_peak, private_text, spread, verdict

MIB = 1 << 20
SIZE = int(os.environ.get("BENCH_MIB", "1024")) * MIB
LARGE = int(os.environ.get("BENCH_LARGE_MIB", "5120")) * MIB
PAIRS = int(os.environ.get("BENCH_PAIRS", "7"))
PICK = os.environ.get("BENCH_ROWS", "")
SHMTOP = os.environ["SHMTOP"]
BLOCK = 256 << 10

# from, to, times as fast as numpy, at most so many times the floor (None: no bar)
ROWS = [
    ("<f8", "<f2", 5, 1.5),
    ("<f8", "<f4", 3, None),
    ("<i8", "<f4", 3, None),
    (">f8", "<f8", 3, None),
]


def make_source(path, dtype, size):
    """Values of every magnitude that a float16 has."""
    count = size // 8
    out = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=(count // 8192, 8192))
    values = np.random.default_rng(1).standard_normal((1024, 8192)) * 1000
    for at in range(0, out.shape[0], 1024):
        part = out[at : at + 1024]
        part[:] = values[: part.shape[0]]
    out.flush()
    del out
    with open(path, "rb") as source:
        while source.read(MIB):
            pass


def run_ours(command, target):
    began = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    took = time.perf_counter() - began
    os.unlink(target)
    return took


def run_numpy(path, dtype):
    began = time.perf_counter()
    matrix = np.load(path).astype(dtype)
    segment = shared_memory.SharedMemory(create=True, size=matrix.nbytes)
    np.ndarray(matrix.shape, matrix.dtype, buffer=segment.buf)[:] = matrix
    took = time.perf_counter() - began
    segment.close()
    segment.unlink()
    return took


def run_floor(path, directory, itemsize):
    began = time.perf_counter()
    size = os.path.getsize(path) - 128
    block = bytearray(BLOCK)
    write = memoryview(block)[: BLOCK * itemsize // 8]
    source = os.open(path, os.O_RDONLY)
    target = os.open(directory, os.O_TMPFILE | os.O_RDWR)
    os.posix_fallocate(target, 0, size * itemsize // 8)
    for at in range(0, size, BLOCK):
        os.preadv(source, [block], 128 + at)
        os.pwrite(target, write, at * itemsize // 8)
    took = time.perf_counter() - began
    os.close(source)
    os.close(target)
    return took


def compare(row, files, directory):
    before, after, faster, near = row
    path, target = f"{files}/{before[1:]}{ord(before[0])}.npy", f"{directory}/ours.shm"
    command = [SHMTOP, "-d", directory, "load", path, "ours.shm", "--as", after]
    itemsize = np.dtype(after).itemsize
    if not os.path.exists(path):
        make_source(path, before, SIZE)
    runs = {
        "shmtop load": lambda: run_ours(command, target),
        "numpy": lambda: run_numpy(path, after),
        "floor": lambda: run_floor(path, directory, itemsize),
    }
    times = {name: [] for name in runs}
    for turn in range(PAIRS):
        for name in sorted(runs, reverse=turn % 2):
            times[name].append(runs[name]())
    print(f"{before} to {after}")
    for name in runs:
        print(f"  {name:<16} {spread(times[name])} s")
    gain = [a / b for a, b in zip(times["numpy"], times["shmtop load"])]
    print(f"  times as fast    {spread(gain)}, wanted >= {faster}: {verdict(statistics.median(gain) >= faster)}")
    above = [a / b for a, b in zip(times["shmtop load"], times["floor"])]
    bar = "" if near is None else f", wanted <= {near}: {verdict(statistics.median(above) <= near)}"
    print(f"  of the floor     {spread(above)}{bar}")
    peak = private_peak(command, target)
    print(f"  private memory   {private_text(peak)}", flush=True)


def available():
    with open("/proc/meminfo") as meminfo:
        return next(int(line.split()[1]) * 1024 for line in meminfo if line.startswith("MemAvailable:"))


def large(files, directory):
    if available() < 1.5 * LARGE or shutil.disk_usage(files).free < 1.2 * LARGE:
        print(f"no memory or disk for {LARGE // MIB} MiB: left out")
        return
    path, target = f"{files}/large.npy", f"{directory}/ours.shm"
    make_source(path, "<f8", LARGE)
    command = [SHMTOP, "-d", directory, "load", path, "ours.shm", "--as", "f2"]
    a, b = np.ones(256 * MIB, "u1"), np.ones(256 * MIB, "u1")
    ratios, times = [], []
    for _ in range(3):
        times.append(run_ours(command, target))
        began = time.perf_counter()
        np.copyto(b, a)
        copy = (time.perf_counter() - began) / a.nbytes * LARGE * 1.25
        ratios.append(times[-1] / copy)
    print(f"<f8 to <f2, {LARGE // MIB} MiB\n  shmtop load      {spread(times)} s")
    print(f"  of a memcpy of the bytes moved {spread(ratios)}")


def main():
    files = tempfile.mkdtemp(prefix="shmtop-bench-", dir=os.environ.get("BUILDDIR"))
    directory = tempfile.mkdtemp(prefix=".shmtop-bench-", dir="/dev/shm")
    try:
        print(f"load --as of {SIZE // MIB} MiB, page cache warm, {PAIRS} turns, {os.cpu_count()} processors: "
              "median (least .. most)")
        for row in ROWS:
            if PICK in " ".join(row[:2]):
                compare(row, files, directory)
        if PICK in "large":
            large(files, directory)
    finally:
        shutil.rmtree(files)
        shutil.rmtree(directory)


main()
