"""Finding a nan that is the last element of 1 GiB of float64, against np.isnan(a).any() in a process that has the array.

Wanted: at least 2 times as fast (median over pairs), the whole command with its start against that expression alone. Both
read the same segment, the rival through a map whose pages it has touched before; the two take turns in being the first.
Beside it, without a bar, what the expression takes in a map that is new, as whoever looks into another's segment has it.
The floor is one copy of those bytes between two arrays whose pages are there already.

Where other work keeps the processors busy the times say little, for ours uses two of them: the line in processor time says
what two idle ones would make of it.

BENCH_MIB and BENCH_PAIRS change the size and the number of pairs.
"""
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

from measure import floor, spread, verdict

MIB = 1 << 20
SIZE = int(os.environ.get("BENCH_MIB", "1024")) * MIB
PAIRS = int(os.environ.get("BENCH_PAIRS", "7"))
SHMTOP = os.environ["SHMTOP"]
TIMES_WANTED = 2.0


def processor(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def timed(who, run):
    """Seconds, and those of the processor."""
    used, began = processor(who), time.perf_counter()
    run()
    return time.perf_counter() - began, processor(who) - used


def ours(directory, condition, wanted):
    command = [SHMTOP, "-d", directory, "find", "a.shm", condition]

    def run():
        out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout.decode()
        if out != wanted:
            sys.exit(f"found {out!r}, not {wanted!r}")

    return timed(resource.RUSAGE_CHILDREN, run)


def rival(array):
    def run():
        if not np.isnan(array).any():
            sys.exit("numpy found none")

    return timed(resource.RUSAGE_SELF, run)


def main():
    directory = tempfile.mkdtemp(prefix="shmtop-bench-", dir="/dev/shm")
    try:
        array = np.lib.format.open_memmap(f"{directory}/a.shm", mode="w+", dtype="f8", shape=(SIZE // 8,))
        array[:] = 1.5
        array[-1] = np.nan
        wanted = f"{array.size - 1}\tnan\n"
        rival(array)
        pairs, anew = [], []
        for i in range(PAIRS):
            first = ours(directory, "nan", wanted) if i % 2 else None
            theirs = rival(array)
            pairs.append((first or ours(directory, "nan", wanted), theirs))
            anew.append(rival(np.load(f"{directory}/a.shm", mmap_mode="r")))
        ratios = [theirs[0] / mine[0] for mine, theirs in pairs]
        print(f"find nan, the last of {SIZE // MIB} MiB float64: {spread([mine[0] for mine, _ in pairs])} s")
        print(f"np.isnan(a).any(): {spread([theirs[0] for _, theirs in pairs])} s")
        met = statistics.median(ratios) >= TIMES_WANTED
        print(f"times as fast: {spread(ratios)}, wanted >= {TIMES_WANTED}: {verdict(met)}")
        print(f"against a new map: {spread([a[0] / mine[0] for a, (mine, _) in zip(anew, pairs)])}")
        idle = [2 * theirs[1] / mine[1] for mine, theirs in pairs]
        print(f"in processor time, on two idle processors: {spread(idle)}")
        print(f"floor, one copy of those bytes: {floor(SIZE):.3f} s")
    finally:
        shutil.rmtree(directory)


main()
