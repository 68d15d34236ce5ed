"""Loads that are killed (SIGKILL) at random moments, 200 into a new name and 200 over an old segment: whenever somebody
looks, the name is not there, or the whole old matrix, or the whole new one; and whatever a kill leaves the next shmtop
removes. SEED=N in the environment draws the moments of another run again."""
import io
import os
import random
import re
import select
import signal
import subprocess
import sys
import time

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import Directory, main, test

SEED = int(os.environ.get("SEED", 0)) or random.SystemRandom().randrange(1, 1 << 32)
KILLS = {"npy": 100, "npz": 50, "text": 50}
NAME = "a.shm"
STARTED = 0.002  # seconds; before, no load can be complete


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


OLD = npy(np.arange(1000, dtype="i4").reshape(10, 100))


class Load:
    """One way to load; new is what the segment is then, byte for byte."""

    def __init__(self, d, kind):
        self.d, self.kind, self.file = d, kind, d.file(kind)
        self.length = 0.0  # seconds that a load takes, as far as is known
        self.arguments = []
        numbers = np.random.default_rng(1)
        if kind == "npy":
            array = numbers.standard_normal((1 << 11, 1 << 11))
            np.save(self.file + ".npy", array)
            os.rename(self.file + ".npy", self.file)
            self.arguments, self.new = ["--as", "f2"], npy(array.astype("f2"))
        elif kind == "npz":
            array = np.arange(1 << 21, dtype="i4") // 16
            np.savez_compressed(self.file + ".npz", array)
            os.rename(self.file + ".npz", self.file)
            self.new = npy(array)
        else:
            array = np.round(numbers.standard_normal((1 << 14, 40)), 6)
            np.savetxt(self.file, array, fmt="%.6f")
            self.new = npy(array)

    def start(self, more):
        """The program, and who feeds it. Text comes through a pipe."""
        source, feeder = self.file, None
        if self.kind == "text":
            feeder = subprocess.Popen(["cat", self.file], stdout=subprocess.PIPE)
            source = "-"
        command = self.d.command("load", *self.arguments, *more, source, NAME)
        load = subprocess.Popen(command, stdin=feeder.stdout if feeder else subprocess.DEVNULL, stderr=subprocess.PIPE)
        if feeder:
            feeder.stdout.close()
        return load, feeder


def end(load, feeder):
    load.kill()
    said = load.stderr.read()
    code = load.wait()
    load.stderr.close()
    if feeder:
        feeder.kill()
        feeder.wait()
    return code, said


def look(load, may):
    """What is there; it must be one of those that may be."""
    try:
        with open(load.d / NAME, "rb") as f:
            found = f.read()
    except FileNotFoundError:
        found = None
    state = "none" if found is None else "old" if found == OLD else "new" if found == load.new else "torn"
    assert state in may, f"{load.kind}: {state}, {len(found or b'')} bytes of {len(load.new)}"
    return state


def prepare(d, replace):
    """The name as it was; anew, for what was killed may have replaced it."""
    if replace:
        with open(d / "x", "wb") as f:
            f.write(OLD)
        os.rename(d / "x", d / NAME)
    elif os.path.exists(d / NAME):
        os.unlink(d / NAME)


def check_left(d, pid):
    """Beside the name at most the file that a replacement of this process has given its hidden name."""
    others = [name for name in d.names() if name != NAME]
    assert all(re.fullmatch(rf"\.shmtop-{pid}-\d+", name) for name in others) and len(others) <= 1, others
    if others:
        d.expect(0, "list")
        assert all(name == NAME for name in d.names()), d.names()
    return len(others)


class Tally:
    killed = left = new = 0


def kill_once(load, draw, replace, tally):
    may = {"old" if replace else "none", "new"}
    prepare(load.d, replace)
    delay = draw.random() * load.length * 1.1
    glance = draw.random() * delay
    began = time.monotonic()
    process, feeder = load.start(["--replace", "--allow", "held"] if replace else [])
    done = os.pidfd_open(process.pid)
    select.select([done], [], [], glance)
    look(load, may)
    select.select([done], [], [], max(0, began + delay - time.monotonic()))
    code, said = end(process, feeder)
    os.close(done)
    # What one that was done says is a warning: of logind, of who holds the old one (as we did for a moment).
    assert code in (0, -signal.SIGKILL), (code, said)
    assert code or all(line.startswith(b"shmtop: a.shm: ") for line in said.splitlines()), said
    state = look(load, {"new"} if code == 0 else may)
    tally.left += check_left(load.d, process.pid)
    tally.killed += code != 0
    tally.new += state == "new"
    # The machine does other things too: who came too late comes sooner, and the other way round.
    load.length = max(load.length * (0.9 if code == 0 else 1.03), STARTED)


def measure(load):
    prepare(load.d, False)
    began = time.monotonic()
    process, feeder = load.start([])
    code, said = process.wait(), process.stderr.read()
    load.length = time.monotonic() - began
    end(process, feeder)
    assert code == 0, said
    look(load, {"new"})


def kill(replace):
    draw = random.Random(SEED + replace)
    print(f"# seed {SEED}")
    with Directory() as d:
        for kind, kills in KILLS.items():
            load, tally = Load(d, kind), Tally()
            measure(load)
            while tally.killed < kills:
                kill_once(load, draw, replace, tally)
            print(f"# {kind}: {tally.killed} killed, {tally.new} new, {tally.left} left a hidden file")
            prepare(d, False)
        assert d.names() == []


@test
def a_load_that_is_killed_at_any_moment_leaves_nothing_or_all():
    kill(False)


@test
def a_replacement_that_is_killed_at_any_moment_leaves_the_old_or_the_new():
    kill(True)


main()
