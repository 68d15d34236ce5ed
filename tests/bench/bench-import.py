"""Loading what is no .npy: `shmtop load` beside what a user does in Python, page cache warm.

A row of ROWS is a file, the options to load it, and a rival: a function that does the same in this process, so without
the start of an interpreter, while ours pays for its own. The two take turns in being the first; the ratio is the median
over pairs. A bar of None only reports.

BENCH_MIB and BENCH_PAIRS change the size of the matrix and the number of pairs, BENCH_NUMBERS how many the csv has,
BENCH_ROWS picks rows by a word.
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
SIZE = int(os.environ.get("BENCH_MIB", "256")) * MIB
PAIRS = int(os.environ.get("BENCH_PAIRS", "7"))
NUMBERS = int(os.environ.get("BENCH_NUMBERS", "10000000"))  # of the csv
PICK = os.environ.get("BENCH_ROWS", "")
SHMTOP = os.environ["SHMTOP"]


# --- files, each made once ---

def prices(size):
    """Cents that walk: as float64, deflate makes a third of them."""
    steps = np.random.default_rng(1).integers(-5, 6, size // 8)
    return (np.cumsum(steps) / 100 + 1000).reshape(-1, 64)


def make_npz(path):
    np.savez_compressed(path, prices=prices(SIZE))


def make_npz_stored(path):
    np.savez(path, prices=prices(SIZE))


def make_csv(path):
    """Of 17 digits each."""
    numbers = np.random.default_rng(2).random((NUMBERS // 10, 10))
    np.savetxt(path, numbers, fmt="%.17g", delimiter=",")


# --- rivals: the matrix, or nothing where it went into shared memory ---

def np_load(path):
    with np.load(path) as archive:
        return archive["prices"]


def np_loadtxt(path):
    return np.loadtxt(path, delimiter=",")


def np_load_shared(path):
    matrix = np_load(path)
    segment = shared_memory.SharedMemory(create=True, size=matrix.nbytes)
    np.ndarray(matrix.shape, matrix.dtype, buffer=segment.buf)[:] = matrix
    segment.close()
    segment.unlink()


# label, file name, what makes it, options of load, rival, its name, bar
ROWS = [
    ("npz, deflated", "deflated.npz", make_npz, [], np_load, "np.load", 1.1),
    ("npz, deflated", "deflated.npz", make_npz, [], np_load_shared, "np.load, copy into SharedMemory", None),
    ("npz, stored", "stored.npz", make_npz_stored, [], np_load, "np.load", None),
    ("npz, stored", "stored.npz", make_npz_stored, [], np_load_shared, "np.load, copy into SharedMemory", None),
    ("csv, 17 digits", "numbers.csv", make_csv, [], np_loadtxt, "np.loadtxt", 1 / 6),
]


def warm(path):
    with open(path, "rb") as source:
        while source.read(MIB):
            pass


def run_ours(command, target):
    began = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    took = time.perf_counter() - began
    os.unlink(target)
    return took


def run_rival(rival, path):
    began = time.perf_counter()
    kept = rival(path)
    took = time.perf_counter() - began
    del kept
    return took


def compare(row, files, directory):
    label, name, make, options, rival, rival_name, bar = row
    path, target = f"{files}/{name}", f"{directory}/ours.shm"
    command = [SHMTOP, "-d", directory, "load", path, "ours.shm", *options]
    if not os.path.exists(path):
        make(path)
    warm(path)
    ours, theirs = [], []
    for pair in range(PAIRS):
        for mine in (True, False) if pair % 2 else (False, True):
            if mine:
                ours.append(run_ours(command, target))
            else:
                theirs.append(run_rival(rival, path))
    ratios = [a / b for a, b in zip(ours, theirs)]
    print(f"{label}, {os.path.getsize(path) / MIB:.0f} MiB in the file")
    print(f"  shmtop load      {spread(ours)} s, private memory {private_text(private_peak(command, target))}")
    print(f"  {rival_name:<16} {spread(theirs)} s")
    wanted = "" if bar is None else f", wanted <= {bar:.3g}: {verdict(statistics.median(ratios) <= bar)}"
    print(f"  ratio            {spread(ratios)}{wanted}", flush=True)


def main():
    files = tempfile.mkdtemp(prefix="shmtop-bench-", dir=os.environ.get("BUILDDIR"))
    directory = tempfile.mkdtemp(prefix=".shmtop-bench-", dir="/dev/shm")
    try:
        print(f"import of {SIZE // MIB} MiB of float64, page cache warm, {PAIRS} pairs, {os.cpu_count()} processors: "
              "median (least .. most)")
        for row in ROWS:
            if PICK in row[0]:
                compare(row, files, directory)
    finally:
        shutil.rmtree(files)
        shutil.rmtree(directory)


main()
