"""Loading a .npy of 1 GiB, page cache warm, beside cp to the same directory.

Wanted: ratio of wall time (median over pairs) at most 0.9, private memory at most 16 MB whatever the size. Before each
pair the memory that it needs is touched and freed, and the two take turns in being the first. The floor is one copy of
those bytes between two arrays whose pages are there already.

BENCH_MIB and BENCH_PAIRS change the size and the number of pairs.
"""
import mmap
import os
import shutil
import statistics
import subprocess
import tempfile
import time

import numpy as np

from measure import floor, private_peak, private_text, spread, verdict

MIB = 1 << 20
SIZE = int(os.environ.get("BENCH_MIB", "1024")) * MIB
PAIRS = int(os.environ.get("BENCH_PAIRS", "9"))
SHMTOP = os.environ["SHMTOP"]
RATIO_WANTED = 0.9


def make_source(path, size, fortran=False):
    shape = (size // 2 // 16384, 16384)
    out = np.lib.format.open_memmap(path, mode="w+", dtype="f2", shape=shape, fortran_order=fortran)
    out.reshape(-1, order="A").view("u2")[:] = np.arange(out.size, dtype="u4").astype("u2")
    out.flush()
    del out
    with open(path, "rb") as source:
        while source.read(MIB):
            pass


def touch(size):
    with mmap.mmap(-1, size) as memory:
        for at in range(0, size, mmap.PAGESIZE):
            memory[at] = 1


def timed(command, target):
    began = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    took = time.perf_counter() - began
    os.unlink(target)
    return took


def compare(source, directory):
    rival = ["cp", source, f"{directory}/rival"]
    ours = [SHMTOP, "-d", directory, "load", source, "ours.shm"]
    times = {"cp": [], "shmtop": []}
    for pair in range(PAIRS):
        touch(2 * os.path.getsize(source))
        turns = [("cp", rival, f"{directory}/rival"), ("shmtop", ours, f"{directory}/ours.shm")]
        for name, command, target in turns if pair % 2 else reversed(turns):
            times[name].append(timed(command, target))
    ratios = [a / b for a, b in zip(times["shmtop"], times["cp"])]
    print(f"cp               {spread(times['cp'])} s")
    print(f"shmtop load      {spread(times['shmtop'])} s")
    ratio = statistics.median(ratios)
    print(f"ratio            {spread(ratios)}, wanted <= {RATIO_WANTED}: {verdict(ratio <= RATIO_WANTED)}")


def memory(source, directory, label, more=(), piped=False):
    command = [SHMTOP, "-d", directory, "load", *more, "-" if piped else source, "ours.shm"]
    target = f"{directory}/ours.shm"
    if piped:
        with subprocess.Popen(["cat", source], stdout=subprocess.PIPE) as cat:
            peak = private_peak(command, target, cat.stdout)
    else:
        peak = private_peak(command, target)
    print(f"private memory   {private_text(peak, ', ' + label)}")


def main():
    files = tempfile.mkdtemp(prefix="shmtop-bench-", dir=os.environ.get("BUILDDIR"))
    directory = tempfile.mkdtemp(prefix=".shmtop-bench-", dir="/dev/shm")
    try:
        source = f"{files}/source.npy"
        make_source(source, SIZE)
        print(f"load {SIZE // MIB} MiB, page cache warm, {PAIRS} pairs, {os.cpu_count()} processors: "
              "median (least .. most)")
        print(f"floor            {floor(SIZE):.3f} s, one copy in memory")
        compare(source, directory)
        memory(source, directory, f"{SIZE // MIB} MiB file")
        memory(source, directory, f"{SIZE // MIB} MiB pipe", piped=True)
        memory(source, directory, f"{SIZE // MIB} MiB file, --order F", ("--order", "F"))
        memory(source, directory, f"{SIZE // MIB} MiB pipe, --order F", ("--order", "F"), piped=True)
        make_source(source, 3 * SIZE)
        memory(source, directory, f"{3 * SIZE // MIB} MiB file")
    finally:
        shutil.rmtree(files)
        shutil.rmtree(directory)


main()
