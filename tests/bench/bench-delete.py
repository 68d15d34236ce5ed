"""Deleting 10,000 segments: rm NAME... and rm --where of ours, and the console's marked rows, against rm; at most 1.5 times
its wall time, on the same files in the same run, alternating. Small segments and larger ones: the smaller, the more the
checks weigh (ours looks who holds each; rm does not)."""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from vt import Console  # noqa: E402

SHMTOP = os.environ["SHMTOP"]
SEGMENTS = int(os.environ.get("BENCH_SEGMENTS", 10_000))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 7))
PROMISE = 1.5


def fill(directory, size):
    data = b"x" * size
    names = [f"matrix-{i:06}.shm" for i in range(SEGMENTS)]
    for name in names:
        with open(f"{directory}/{name}", "wb") as f:
            f.write(data)
    return names


def command(arguments, directory):
    began = time.perf_counter()
    subprocess.run(arguments, stdout=subprocess.DEVNULL, check=True, cwd=directory)
    return time.perf_counter() - began


def rm(directory, names):
    return command(["rm", *names], directory)


def ours(directory, names):
    return command([SHMTOP, "-d", directory, "rm", *names], directory)


def ours_where(directory, names):
    return command([SHMTOP, "-d", directory, "rm", "--where", "name:matrix-*", "--yes"], directory)


answers = []


def console(directory, names):
    """From the key that confirms until all are gone; the check before it was while the user read."""
    screen = Console([SHMTOP, "-d", directory])
    screen.wait(lambda s: "matrix-000000" in s, 30)
    marks = 0
    while marks < len(names):
        screen.keys(" " * min(500, len(names) - marks))
        marks += 500
        screen.wait(lambda s: f"{min(marks, len(names))} marked" in s, 30)
    screen.keys("d")
    assert screen.wait(lambda s: "Delete (y)" in s, 60) is not None, screen.screen.text()
    began = time.perf_counter()
    screen.keys("y")
    screen.wait(lambda s: "looking once more" in s or "deleting" in s or " freed" in s, 10)
    answers.append(time.perf_counter() - began)
    assert screen.wait(lambda s: " freed" in s, 60) is not None, screen.screen.text()
    seconds = time.perf_counter() - began
    screen.close()
    return seconds


def compare(what, function, size):
    ratios, mine, rival = [], [], []
    for i in range(ROUNDS):
        pair = [(function, mine), (rm, rival)]
        for way, times in pair if i % 2 else reversed(pair):
            directory = tempfile.mkdtemp(prefix="shmtop-bench-", dir="/dev/shm")
            try:
                times.append(way(directory, fill(directory, size)))
                assert not os.listdir(directory)
            finally:
                shutil.rmtree(directory, ignore_errors=True)
        ratios.append(mine[-1] / rival[-1])
    ratio = statistics.median(ratios)
    verdict = "" if ratio <= PROMISE else f"  SHORT of {PROMISE}"
    print(
        f"{what}, {size >> 10} KiB each: {statistics.median(mine):.3f} s, rm {statistics.median(rival):.3f} s, "
        f"ratio {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f}){verdict}",
        flush=True,
    )


print(f"{SEGMENTS} segments, {ROUNDS} pairs, alternating; median (least to most)")
for size in (4 << 10, 64 << 10, 256 << 10):
    compare("rm NAME...", ours, size)
    compare("rm --where", ours_where, size)
    compare("console   ", console, size)
print(f"console answers the key after {max(answers) * 1e3:.0f} ms at most")
