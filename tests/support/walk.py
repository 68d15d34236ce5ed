"""What the walks past real programs share: processes that hold something, what the JSON says, the console."""
import os
import select
import signal
import subprocess
import sys
import time

from cli import DEADLINE, SHMTOP
from vt import Console

USER = 65534


class Process:
    """A Python process that says `up WORKER`. Use with `with`: both are killed at the end."""

    def __init__(self, script, *arguments, uid=None):
        identity = {"user": uid, "group": uid, "extra_groups": []} if uid is not None else {}
        command = [sys.executable, "-c", script, *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, **identity)

    def __enter__(self):
        word, worker = self.process.stdout.readline().split()
        assert word == b"up"
        self.pid, self.worker = self.process.pid, int(worker)
        return self

    def kill(self):
        """As the kernel does when memory is short, and until it is gone."""
        self.process.kill()
        self.process.wait()

    def __exit__(self, *_):
        self.kill()
        if self.worker:
            os.kill(self.worker, signal.SIGKILL)
        self.process.stdout.close()


def rows(d, *arguments, **more):
    answer = d.expect(0, "list", "--json", *arguments, **more).json()["segments"]
    return {row["name"]: row for row in answer}


def holders(d, name, **more):
    only, = d.expect(0, "info", "--json", name, **more).json()["segments"]
    return {holder["pid"]: holder for holder in only["held_by"]}


def until(condition, what):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, what
        select.select([], [], [], 0.01)


def as_user(command):
    become = f"import os, sys; os.setgroups([]); os.setgid({USER}); os.setuid({USER}); os.execvp(sys.argv[1], sys.argv[1:])"
    return [sys.executable, "-c", become, *command]


class Screen:
    """The console on a directory, in a terminal. Use with `with`."""

    def __init__(self, d, columns=110, user=False, home="/nonexistent", rows=24):
        command = [d.program_for_others() if user else SHMTOP, "-d", d.path]
        command = ["env", f"HOME={home}", *command]
        self.console = Console(as_user(command) if user else command, rows=rows, columns=columns)

    def __enter__(self):
        self.shows("segment")
        return self

    def __exit__(self, *_):
        self.console.close()

    def text(self):
        return self.console.screen.text()

    def row(self, name):
        lines = self.text().splitlines()[3:]
        return next((line for line in lines if line[3:].lstrip("?").startswith(name)), "")

    def waits(self, condition, what):
        assert self.console.wait(lambda _: condition(), DEADLINE) is not None, f"{what}:\n{self.text()}"

    def shows(self, *texts):
        self.waits(lambda: all(text in self.text() for text in texts), f"not shown: {texts}")

    def lacks(self, text):
        self.waits(lambda: text not in self.text(), f"still shown: {text}")

    def row_shows(self, name, *texts):
        self.waits(lambda: all(text in self.row(name) for text in texts), f"{name}: not {texts}")

    def copies(self, text):
        """It goes to the terminal's clipboard."""
        self.waits(lambda: self.console.screen.clipboard == text,
                   f"copied {self.console.screen.clipboard!r}, not {text!r}")

    def keys(self, text):
        self.console.keys(text)
