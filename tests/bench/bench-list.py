"""list of 100,000 segments, what lies in them included, against ls -l: product promise ≤ 2.0 times its wall time.

Once of segments with the header of an .npy, once of raw bytes, of which every layout must be asked.
"""
import os
import shutil
import statistics
import subprocess
import tempfile
import time

SHMTOP = os.environ["SHMTOP"]
SEGMENTS = int(os.environ.get("BENCH_SEGMENTS", 100_000))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 7))
PROMISE = 2.0


def header(i):
    text = f"{{'descr': '<f2', 'fortran_order': False, 'shape': ({i % 97 + 1}, 3), }}"
    return b"\x93NUMPY\x01\0v\0" + text.encode().ljust(117) + b"\n" + bytes((i % 97 + 1) * 6)


def raw(i):
    """Of more bytes than one read of the head has."""
    return bytes([i % 251 + 1]) * (1000 + i % 97)


def seconds(command):
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def compare(what, ours, theirs):
    ratios, mine, rival = [], [], []
    for i in range(ROUNDS):
        pair = [(ours, mine), (theirs, rival)]
        for command, times in pair if i % 2 else reversed(pair):
            times.append(seconds(command))
        ratios.append(mine[-1] / rival[-1])
    ratio = statistics.median(ratios)
    verdict = "" if ratio <= PROMISE else f"  SHORT of {PROMISE}"
    print(
        f"{what}: {statistics.median(mine):.3f} s, ls -l {statistics.median(rival):.3f} s, "
        f"ratio {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f}){verdict}"
    )


def measure(kind, content):
    directory = tempfile.mkdtemp(prefix="shmtop-bench-", dir="/dev/shm")
    try:
        for i in range(SEGMENTS):
            with open(f"{directory}/matrix-{i:06}.shm", "wb") as f:
                f.write(content(i))
        compare(f"{kind}, list       ", [SHMTOP, "-d", directory, "list"], ["ls", "-l", directory])
        compare(f"{kind}, list --json", [SHMTOP, "-d", directory, "list", "--json"], ["ls", "-l", directory])
    finally:
        shutil.rmtree(directory, ignore_errors=True)


print(f"{SEGMENTS} segments, {ROUNDS} pairs, alternating; median (least to most)")
measure("npy", header)
measure("raw", raw)
