#!/usr/bin/python3
"""The console's bars: first rows and memory with 100,000 segments, idle with 10,000, a storm of changes, one page of a 5 GB
matrix. Each line: what, measured, bar. Figures beside one another come from the same run."""
import os, re, shutil, signal, statistics, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from vt import Console  # noqa: E402

SHMTOP = os.environ["SHMTOP"]
BUILDDIR = os.environ["BUILDDIR"]
HEADER = b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '<f2', 'fortran_order': False, 'shape': (8, 4), }".ljust(117) + b"\n"
missed = []


def report(what, measured, bar, good):
    print(f"{what:58} {measured:34} {bar:24} {'ok' if good else 'FALLS SHORT'}", flush=True)
    if not good:
        missed.append(what)


def fill(directory, n):
    fd = os.open(directory, os.O_RDONLY)
    data = HEADER + bytes(64)
    for i in range(n):
        file = os.open(f"seg{i:06d}.shm", os.O_CREAT | os.O_WRONLY, 0o600, dir_fd=fd)
        os.write(file, data)
        os.close(file)
    os.close(fd)


def counted(n):
    """The header counts them, with or without separators."""
    texts = [f"{n} seg", f"{n:,} seg"]
    return lambda screen: any(text in screen for text in texts)


def first_rows(directory):
    console = Console([SHMTOP, "-d", directory])
    seconds = console.wait(lambda screen: ".shm" in screen)
    key_start = time.monotonic()
    console.keys("?")
    answered = console.wait(lambda screen: "Move" in screen)
    console.close()
    return seconds * 1e3, (answered or 9) * 1e3, key_start


def start_up(small, large, rounds=11):
    few, many, keys = [], [], []
    for _ in range(rounds):
        few.append(first_rows(small)[0])
        seconds, answer, _ = first_rows(large)
        many.append(seconds)
        keys.append(answer)
    more = [b - a for a, b in zip(few, many)]
    report("first rows, 100,000 segments against 10",
           f"+{statistics.median(more):.0f} ms ({min(more):.0f}..{max(more):.0f})", "at most 50 ms more",
           statistics.median(more) <= 50)
    report("  a key pressed at once is answered after", f"{statistics.median(keys):.0f} ms (most {max(keys):.0f})",
           "it fills in meanwhile", max(keys) <= 200)


def memory(large):
    console = Console([SHMTOP, "-d", large])
    console.wait(counted(100000), 30)
    console.idle(8)  # until every header was looked at
    resident = console.resident()
    headings = set()
    for key in "II" + ">" * 6 + "<" * 3:
        console.keys(key)
        console.idle(0.7)
        headings.update(line for line in console.screen.text().split("\n") if "NAME" in line)
    sorted_ = console.resident()
    console.close()
    report("resident with 100,000 segments, all recognised", f"{resident / 1e6:.1f} MB", "at most 40 MB", resident <= 40e6)
    report(f"  and sorted in {len(headings)} ways", f"{sorted_ / 1e6:.1f} MB", "at most 40 MB",
           sorted_ <= 40e6 and len(headings) >= 5)


def idle(directory):
    console = Console([SHMTOP, "-d", directory])
    console.wait(counted(10000), 30)
    console.idle(8)
    before, console.bytes = console.processor_seconds(), 0
    console.screen.touched.clear()
    text = console.screen.text().split("\n")
    console.idle(30)
    used = (console.processor_seconds() - before) / 30 * 100
    row, heading = next(((y, line) for y, line in enumerate(text) if "AGE" in line and "NAME" in line), (0, ""))
    column = heading.find("AGE")
    # Above the heading stands the file system's gauge, below the table how many processes a sweep read: both move with
    # what others on the machine do.
    strip = next((y for y, line in enumerate(text) if line.startswith("───")), len(text))
    outside = {x for y, x in console.screen.touched if row <= y < strip and not column - 6 <= x <= column + 3}
    console.close()
    report("idle, 10,000 segments, 30 s", f"{used:.3f} % of a core, {console.bytes / 30:.0f} bytes/s",
           "at most 0.1 %", used <= 0.1)
    report("  changed in the table outside the age column", f"{len(outside)} columns", "none", not outside)


def storm(directory):
    console = Console([SHMTOP, "-d", directory], rows=50, columns=100)
    console.wait(lambda screen: "?" in screen)
    rate, seconds, keep = 20000, 10, 12
    process = subprocess.Popen([f"{BUILDDIR}/tests/bench/storm", directory, str(rate), str(seconds), str(keep)],
                               stdout=subprocess.PIPE, text=True)
    answers, stopped = [], False
    start = time.monotonic()
    while process.poll() is None:
        if not stopped and time.monotonic() - start > 4:
            os.kill(console.pid, signal.SIGSTOP)
            console.idle(2)
            os.kill(console.pid, signal.SIGCONT)
            stopped = True
        pressed = time.monotonic()
        console.keys("?")
        if console.wait(lambda screen: "Move" in screen, 3) is None:
            answers.append(3000)
            break
        answers.append((time.monotonic() - pressed) * 1e3)
        pressed = time.monotonic()
        console.keys("\x1b")
        if console.wait(lambda screen: "Move" not in screen, 3) is None:
            answers.append(3000)
            break
        # The escape key waits for what may follow it: ESCDELAY, 25 ms.
        answers.append((time.monotonic() - pressed) * 1e3 - 25)
        console.idle(0.05)
    made, ended = process.communicate()[0].split()
    made, ended = int(made), float(ended)
    names = set(os.listdir(directory))
    equal = console.wait(lambda screen: set(re.findall(r"storm\d+\.shm", screen)) == names, 5)
    settled = None if equal is None else time.monotonic() - ended
    console.close()
    answers.sort()
    report(f"storm of {made / seconds:.0f} creations and deletions a second",
           f"equal after {settled:.2f} s" if settled is not None else "never equal", "within 1 s",
           settled is not None and settled <= 1)
    report("  keys answered meanwhile (2 s stopped in the middle)",
           f"median {statistics.median(answers):.0f} ms, most {answers[-1]:.0f} ms", "within 50 ms", answers[-1] <= 50)


def page(directory):
    output = subprocess.run([f"{BUILDDIR}/tests/bench/page", directory, str(5 * 10**9)], capture_output=True, text=True)
    if output.returncode:
        report("a page of a 5 GB matrix", output.stderr.strip(), "at most 3 ms", False)
    for line in output.stdout.splitlines():
        order, median, most = line.split()
        report(f"a page of a 5 GB float16 matrix, order {order}", f"median {median} ms, most {most} ms", "at most 3 ms",
               float(median) <= 3)


def main():
    base = tempfile.mkdtemp(prefix=".shmtop-bench-", dir="/dev/shm")
    try:
        for name, n in (("few", 10), ("some", 10000), ("many", 100000), ("storm", 0), ("page", 0)):
            os.mkdir(f"{base}/{name}")
            fill(f"{base}/{name}", n)
        start_up(f"{base}/few", f"{base}/many")
        memory(f"{base}/many")
        idle(f"{base}/some")
        storm(f"{base}/storm")
        page(f"{base}/page")
    finally:
        shutil.rmtree(base)
    return 1 if missed else 0


sys.exit(main())
