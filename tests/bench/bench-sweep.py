"""One sweep of /proc against lsof and fuser: 1,000 processes with 300 maps each, 100 of them holding one of 1,000 segments.

Wanted: at least 4 times as fast as the faster of the two (wall time, medians of alternating rounds), and the same answer as
lsof for every process of ours that holds something. The sweep is timed as a process of its own, start and end included, as
they are. What part of a core a sweep takes that is repeated after 100 times its own length is printed beside it.

BENCH_PROCESSES, BENCH_MAPS and BENCH_ROUNDS change the sizes.
"""
import glob
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TOOLS = os.path.join(os.environ["BUILDDIR"], "tests/bench")
PROCESSES = int(os.environ.get("BENCH_PROCESSES", "1000"))
MAPS = int(os.environ.get("BENCH_MAPS", "300"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "11"))
SEGMENTS, HOLDERS = 1000, min(100, PROCESSES)
RATIO_WANTED = 4.0
PART_WANTED = 0.02


def start_crowd(directory):
    for i in range(SEGMENTS):
        with open(f"{directory}/segment-{i:06}", "wb") as segment:
            segment.write(bytes(4096))
    libraries = sorted(glob.glob("/usr/lib/*-linux-gnu/*.so*") or glob.glob("/usr/lib*/*.so*"))
    files = [f for f in libraries if os.path.isfile(f) and os.path.getsize(f) >= 16384][:80] or [sys.executable]
    return subprocess.Popen([f"{TOOLS}/crowd", directory, str(PROCESSES), str(HOLDERS), str(MAPS), *files],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def read_truth(crowd):
    """The (pid, inode) that the crowd says it holds."""
    truth = set()
    for line in crowd.stdout:
        if line == "ready\n":
            return truth
        truth.add(tuple(map(int, line.split())))
    sys.exit("the crowd did not come together")


def swept(directory, *threads):
    out = subprocess.run([f"{TOOLS}/sweep", directory, *threads], check=True, capture_output=True, text=True).stdout
    *pairs, took = out.splitlines()
    return {tuple(map(int, pair.split())) for pair in pairs}, took.split()


def listed():
    """lsof's answer: p lines name a process, i lines the inodes of its files and maps."""
    pairs, pid = set(), 0
    out = subprocess.run(["lsof", "-w", "-F", "pi", "/dev/shm"], capture_output=True, text=True).stdout
    for line in out.splitlines():
        if line[0] == "p":
            pid = int(line[1:])
        elif line[0] == "i":
            pairs.add((pid, int(line[1:])))
    return pairs


def seconds(command):
    """Wall time and processor time of a command."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, process.returncode, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime


def spread(times):
    return f"{statistics.median(times) * 1e3:.0f} ms ({min(times) * 1e3:.0f}..{max(times) * 1e3:.0f})"


def measure(directory):
    commands = {
        "sweep": [f"{TOOLS}/sweep", directory],
        "lsof": ["lsof", "/dev/shm"],
        "fuser": ["fuser", "-m", "/dev/shm"],
    }
    times, cpu = ({name: [] for name in commands} for _ in range(2))
    order = list(commands)
    for _ in range(ROUNDS):
        for name in order:
            for kept, took in zip((times, cpu), seconds(commands[name])):
                kept[name].append(took)
        order = order[1:] + order[:1]
    for name, of in times.items():
        print(f"{name:6} {spread(of):24} processor {spread(cpu[name])}")
    medians = {name: statistics.median(of) for name, of in times.items()}
    rival = min("lsof", "fuser", key=medians.get)
    ratios = [b / a for a, b in zip(times["sweep"], times[rival])]
    ratio = medians[rival] / medians["sweep"]
    good = ratio >= RATIO_WANTED
    print(f"{ratio:.1f} times as fast as {rival} ({min(ratios):.1f}..{max(ratios):.1f} in a round), "
          f"{medians['lsof'] / medians['sweep']:.1f} as lsof; wanted at least {RATIO_WANTED:.0f} "
          f"on {os.cpu_count()} processors: {'ok' if good else 'FALLS SHORT'}")
    least = {name: min(of) for name, of in cpu.items()}
    print(f"  in processor time, least of each: {least['fuser'] / least['sweep']:.1f} times as fast as fuser, "
          f"{least['lsof'] / least['sweep']:.1f} as lsof")
    return good


def judge_answer(directory, truth):
    """Others come and go on this machine: only the crowd's processes and segments are compared."""
    inodes = {entry.inode() for entry in os.scandir(directory)}
    ours, theirs = ({pair for pair in pairs if pair[1] in inodes} for pairs in (swept(directory)[0], listed()))
    good = ours == theirs == truth
    print(f"holders: {len(ours)} found, {len(theirs)} by lsof, {len(truth)} there: {'ok' if good else 'FALLS SHORT'}")
    return good


def judge_part(directory):
    """As the console's lane does it, on one thread."""
    parts, cpu = [], []
    for _ in range(ROUNDS):
        _, took = swept(directory, "1")
        cpu.append(float(took[2]))
        parts.append(cpu[-1] / (100 * float(took[1])))
    good = max(parts) <= PART_WANTED
    print(f"one thread: {spread(cpu)} of a processor; every 100 times its length that is {max(parts):.1%} of a core; "
          f"wanted at most {PART_WANTED:.0%}: {'ok' if good else 'FALLS SHORT'}")
    return good


for tool in ("lsof", "fuser"):
    if not shutil.which(tool):
        print(f"skipped: there is no {tool} here (./bootstrap --check installs it)")
        sys.exit(0)
room = tempfile.mkdtemp(prefix="shmtop-bench-", dir="/dev/shm")
crowd = start_crowd(room)
try:
    held = read_truth(crowd)
    print(f"{PROCESSES} processes with {MAPS} maps each, {HOLDERS} hold one of {SEGMENTS} segments; {ROUNDS} rounds; "
          "median (least..most)")
    if not all([judge_answer(room, held), measure(room), judge_part(room)]):
        sys.exit(1)
finally:
    crowd.stdin.close()
    crowd.wait()
    shutil.rmtree(room, ignore_errors=True)
