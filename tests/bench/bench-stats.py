"""Statistics of a segment against what numpy is asked for instead: a.min(), a.max(), a.mean(dtype="f4"), np.isnan(a).sum(),
and np.histogram(a, 20), in a process that has the array mapped already.

Wanted, as medians over pairs: 256 MiB of float16 with a histogram at least 40 times as fast as numpy's four without one; 1 GiB
of float64 and of float32 without one 2.5 times; with one, 1 GiB of float64, 6 times as fast as np.histogram alone. Ours is the
whole command with its start, numpy's those expressions alone; both read the same pages, and the two take turns in being the
first. Both must say the same. The last ratio is memcpy's time for those bytes, by one thread between pages that are there,
over ours: what is aimed at is 0.7.

Where other work keeps the processors busy the times say little, for ours uses two of them: the line in processor time says
what two idle ones would make of it. The kernels' own speed (tests/bench/tally) is in gigabytes a second of one thread, out of
the second cache.

BENCH_MIB and BENCH_PAIRS change the size (of those of 1024 MiB) and the number of pairs.
"""
import json
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
PAIRS = int(os.environ.get("BENCH_PAIRS", "5"))
SHMTOP = os.environ["SHMTOP"]
COPY_WANTED = 0.7
KERNELS = (("tally", "<f8"), ("tally", "<f4"), ("tally", "<i8"), ("tally", "<i4"), ("tally", "<c16"), ("tally", ">f8"),
           ("count", "<f2"), ("count", "|u1"), ("histogram", "<f8"), ("histogram", "<f4"))
LEVELS = ("portable", "avx2", "avx512", "neon")


def processor(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def timed(who, run):
    """Seconds, those of the processor, and what was found."""
    used, began = processor(who), time.perf_counter()
    found = run()
    return time.perf_counter() - began, processor(who) - used, found


def ours(directory, bins):
    command = [SHMTOP, "-d", directory, "stats", "a.shm", "--json"] + ([f"--histogram={bins}"] if bins else [])
    return timed(resource.RUSAGE_CHILDREN, lambda: json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout))


def four(array):
    return timed(resource.RUSAGE_SELF,
                 lambda: (array.min(), array.max(), array.mean(dtype="f4"), np.isnan(array).sum()))


def histogram(array):
    return timed(resource.RUSAGE_SELF, lambda: np.histogram(array, 20))


def agree(mine, theirs):
    """The rival's mean is a float32's."""
    if isinstance(theirs[0], np.ndarray):
        return sum(mine["histogram"]["counts"]) == theirs[0].sum() and np.array_equal(mine["histogram"]["counts"], theirs[0])
    low, high, mean, nan = theirs
    return mine["min"] == low and mine["max"] == high and mine["nan"] == nan and abs(mine["mean"] - mean) < 1e-2


def compare(directory, label, dtype, size, bins, rival, wanted):
    array = np.lib.format.open_memmap(f"{directory}/a.shm", mode="w+", dtype=dtype, shape=(size // np.dtype(dtype).itemsize,))
    generator = np.random.default_rng(1)
    for at in range(0, array.size, 1 << 22):
        part = array[at:at + (1 << 22)]
        part[:] = generator.normal(0, 3, part.size)
    copy = floor(size)
    rival(array[:1 << 20])
    ours(directory, bins)
    pairs = []
    for i in range(PAIRS):
        first = ours(directory, bins) if i % 2 else None
        theirs = rival(array)
        mine = first or ours(directory, bins)
        if not agree(mine[2], theirs[2]):
            sys.exit(f"bench-stats: the two do not agree: {mine[2]}, {theirs[2]}")
        pairs.append((mine, theirs))
    ratios = [theirs[0] / mine[0] for mine, theirs in pairs]
    busy = [theirs[1] / (mine[1] / 2) for mine, theirs in pairs]
    copies = [copy / mine[0] for mine, _ in pairs]
    print(f"{label}: {size // MIB} MiB of {np.dtype(dtype).name}, memcpy {copy:.3f} s")
    print(f"    numpy         {spread([theirs[0] for _, theirs in pairs])} s")
    print(f"    shmtop stats  {spread([mine[0] for mine, _ in pairs])} s")
    print(f"    times as fast {spread(ratios)}, wanted >= {wanted}: {verdict(statistics.median(ratios) >= wanted)}")
    print(f"    by the processor time of two {spread(busy)}")
    print(f"    memcpy / ours {spread(copies)}, aimed at {COPY_WANTED}: {verdict(statistics.median(copies) >= COPY_WANTED)}",
          flush=True)


def kernels():
    """Of one thread, each on half a MiB."""
    tool = os.path.join(os.environ["BUILDDIR"], "tests/bench/tally")
    jobs = [(what, dtype, level) for what, dtype in KERNELS for level in LEVELS]
    lines = "".join(f"{what} {dtype} {MIB // 2} {level} normal\n" for what, dtype, level in jobs)
    speeds = iter(subprocess.run([tool], input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout.split())
    print(f"{'kernel, GB/s':20}" + "".join(f"{level:>10}" for level in LEVELS))
    for what, dtype in KERNELS:
        print(f"{what + ' ' + dtype:20}" + "".join(f"{next(speeds):>10}" for _ in LEVELS))


def main():
    directory = tempfile.mkdtemp(prefix=".shmtop-bench-", dir="/dev/shm")
    try:
        print(f"{PAIRS} pairs, {os.cpu_count()} processors: median (least .. most)")
        compare(directory, "all, with a histogram", "f2", SIZE // 4, 20, four, 40)
        compare(directory, "all but a histogram", "f8", SIZE, 0, four, 2.5)
        compare(directory, "all but a histogram", "f4", SIZE, 0, four, 2.5)
        compare(directory, "all, with a histogram", "f8", SIZE, 20, histogram, 6)
    finally:
        shutil.rmtree(directory)
    kernels()


main()
