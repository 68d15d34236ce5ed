#!/usr/bin/python3
"""What docs/python.md and docs/formats.md show is run: Python in order, C compiled, shell commands with what they print.

In a mount namespace of its own, so that the names of the pages can be taken as they stand; skipped where there is none.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile

PAGES = ("python.md", "formats.md")
RUN = {"python", "sh", "c"}
PROGRAMS = ["reader", "writer"]  # the C blocks, in their order


def enter_namespace():
    """Runs this script again where /dev/shm is our own; 77 where that may not be."""
    if os.environ.get("SHMTOP_DOCS_INSIDE"):
        return
    environment = os.environ | {"SHMTOP_DOCS_INSIDE": "1"}
    inside = 'mount -t tmpfs -o mode=1777 none /dev/shm || exit 77; exec "$0" "$@"'
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *user, "--mount", "sh", "-c", inside, sys.executable, __file__]
    probe = subprocess.run([*command[:-2], "true"], capture_output=True)
    if probe.returncode != 0:
        print("1..0 # SKIP no mount namespace can be had here")
        sys.exit(0)
    os.execvpe(command[0], command, environment)


def blocks_of(page):
    """(language, text, line) of each block that is to be run."""
    text = open(os.path.join(os.environ["SRCDIR"], "docs", page), encoding="utf-8").read()
    for match in re.finditer(r"^```(\w+)\n(.*?)^```", text, re.S | re.M):
        if match[1] in RUN:
            yield match[1], match[2], text.count("\n", 0, match.start()) + 1


def run_shell(text):
    """Each line, and where it ends with "  # WORDS", that it prints them."""
    for line in text.splitlines():
        command, _, expected = line.partition("  # ")
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, (command, done.stderr)
        assert not expected or done.stdout.strip() == expected, (command, done.stdout)


def compile_c(text, program):
    with open(f"{program}.c", "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run([*os.environ["CC"].split(), "-Wall", "-Wextra", "-Werror", "-o", program, f"{program}.c"], check=True)


def prepare():
    """What the pages take for given: the program, a matrix in a file, a segment that some program made."""
    import numpy as np

    os.symlink(os.environ["SHMTOP"], "shmtop")
    os.environ["PATH"] = os.getcwd() + ":" + os.environ["PATH"]
    os.environ["XDG_STATE_HOME"] = os.getcwd() + "/state"
    np.save("prices.npy", np.arange(12, dtype="f2").reshape(3, 4))
    np.arange(6.0).tofile("/dev/shm/made.shm")


def main():
    enter_namespace()
    signal.alarm(120)
    failures = number = 0
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        prepare()
        for page in PAGES:
            names, programs = {"__name__": page}, iter(PROGRAMS)
            for language, text, line in blocks_of(page):
                number += 1
                try:
                    if language == "python":
                        exec(compile(text, f"{page}:{line}", "exec"), names)
                    elif language == "sh":
                        run_shell(text)
                    else:
                        compile_c(text, next(programs))
                    print(f"ok {number} - {page} line {line}: the {language} block does what the page says")
                except Exception as problem:
                    failures += 1
                    print(f"not ok {number} - {page} line {line}: {language}: {problem!r}".replace("\n", " "))
                sys.stdout.flush()
            names.clear()
        os.chdir("/")
    print(f"1..{number}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
