#!/usr/bin/python3
"""Saving a matrix of 1 GiB that lies in a segment: whole, beside cp into the same tmpfs; slices and CSV, beside numpy.

Wanted: whole about as fast as cp; a slice as fast as numpy, private memory at most 16 MB whatever the size. The two of a
pair take turns in being the first, and each replaces nothing.

BENCH_MIB and BENCH_PAIRS change the size and the number of pairs.
"""
import os
import shutil
import statistics
import subprocess
import tempfile
import time

import numpy as np

from measure import private_peak, private_text

MIB = 1 << 20
SIZE = int(os.environ.get("BENCH_MIB", "1024")) * MIB
PAIRS = int(os.environ.get("BENCH_PAIRS", "5"))
SHMTOP = os.environ["SHMTOP"]


def publish(path, order):
    rows = 8192
    out = np.lib.format.open_memmap(path, mode="w+", dtype="f8", shape=(rows, SIZE // 8 // rows), fortran_order=order == "F")
    out.reshape(-1, order="A")[:] = np.random.default_rng(4).standard_normal(out.size)


def timed(work, target):
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    os.unlink(target)
    return took


def compare(label, rival_name, rival, ours, target, pairs):
    times = {True: [], False: []}
    for pair in range(pairs):
        for first in (True, False) if pair % 2 else (False, True):
            times[first].append(timed(rival if first else lambda: subprocess.run(ours, check=True, stderr=subprocess.DEVNULL), target))
    ratio = statistics.median(b / a for a, b in zip(times[True], times[False]))
    peak = private_peak(ours, target)
    print(f"{label:24} {rival_name} {statistics.median(times[True]):.3f} s, shmtop {statistics.median(times[False]):.3f} s, "
          f"ratio {ratio:.2f}; private memory {private_text(peak)}", flush=True)


def main():
    shm = tempfile.mkdtemp(prefix=".shmtop-bench-", dir="/dev/shm")
    out = tempfile.mkdtemp(prefix=".shmtop-bench-", dir="/dev/shm")
    try:
        print(f"save {SIZE // MIB} MiB of float64 into tmpfs, {PAIRS} pairs, {os.cpu_count()} processors: median")
        for order in "CF":
            segment, target = f"{shm}/{order}.shm", f"{out}/saved.npy"
            publish(segment, order)
            save = [SHMTOP, "-d", shm, "save", f"{order}.shm"]
            compare(f"whole, {order} order", "cp", lambda: subprocess.run(["cp", segment, target], check=True),
                    [*save, target], target, PAIRS)
            for text, index in (("1:,1:", np.s_[1:, 1:]), ("::-1,::2", np.s_[::-1, ::2])):
                compare(f"[{text}], {order} order", "numpy",
                        lambda: np.save(target, np.load(segment, mmap_mode="r")[index]),
                        [*save, target, "-i", text], target, PAIRS)
            if order == "C":
                target = f"{out}/saved.csv"
                compare("[:8] as csv", "numpy.savetxt",
                        lambda: np.savetxt(target, np.load(segment, mmap_mode="r")[:8], delimiter=",", fmt="%.17g"),
                        [*save, target, "-i", ":8"], target, 1)
            os.unlink(segment)
    finally:
        shutil.rmtree(shm)
        shutil.rmtree(out)


main()
