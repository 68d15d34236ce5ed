"""Options, help, and what a command line can get wrong."""
import os
import re
import signal
import subprocess
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import SHMTOP, Directory, main, test

COMMANDS = ["list", "info", "show", "find", "stats", "load", "rm"]


@test
def an_unknown_command_is_refused_and_the_known_are_named():
    with Directory() as d:
        for name in COMMANDS:
            d.expect(2, "lst", says=name)
        assert d.run("l\x1b[31m").code == 2


@test
def help_and_version_go_to_standard_output():
    with Directory() as d:
        for arguments in [["-h"], ["--help"], ["--version"], ["-V"]] + [[c, "--help"] for c in COMMANDS] + [["rm", "-h"]]:
            done = d.expect(0, *arguments)
            assert done.out and not done.err, arguments
        assert re.fullmatch(r"shmtop \d+\.\d+\.\d+\n", d.run("-V").out)
        for name in COMMANDS:
            assert name in d.run("--help").out
            assert f"shmtop [OPTIONS] {name}" in d.run(name, "--help").out


@test
def a_bad_option_is_a_usage_error_that_names_it():
    with Directory() as d:
        for arguments, says in [
            (["--nonsense", "list"], "--nonsense"),
            (["-x", "list"], "-x"),
            (["--json", "list"], "unknown option --json: options of a command go behind it"),
            (["list", "--where", "user:bob", "size"], "a filter of several terms is quoted"),
            (["watch", "--where", "user:bob", "size"], "a filter of several terms is quoted"),
            (["rm", "--where", "user:bob", "size"], "a filter of several terms is quoted"),
            (["list", "-o", "foo"], "no column is named 'foo'; there are name, size, allocated, "),
            (["list", "-o", "foo"], ", protected, inode"),
            (["save", "x", "-", "--format", "csv"], "show --format csv"),
            (["save", "x", "file.tsv"], ".npy or .csv"),
            (["list", "--where", "size>1X"], "size>1X: expected"),
            (["list", "-d", "x"], "-d: it goes before the command"),
            (["info", "--directory=x", "a"], "--directory: it goes before the command"),
            (["rm", "-:", "a"], "unknown option -:; see"),
            (["list", "--where"], "--where needs a value"),
            (["list", "--json=yes"], "--json takes no value"),
            (["list", "-o"], "-o needs a value"),
            (["list", "--sort"], "--sort needs a value"),
            (["list", "-o", "name,nonsense"], "nonsense"),
            (["list", "-o", ""], "-o"),
            (["list", "--sort", "size:up"], "--sort"),
            (["list", "a.shm"], "NAME"),
            (["info"], "NAME"),
            (["rm"], "NAME"),
            (["rm", "--allow", "everything", "a"], "held or protected"),
            (["show"], "NAME"),
            (["show", "a", "b"], "NAME"),
            (["show", "--format", "xml", "a"], "text, csv or json"),
            (["stats"], "NAME"),
            (["stats", "a", "b"], "NAME"),
            (["stats", "--histogram=0", "a"], "bins from 1 to 65536"),
            (["stats", "--histogram=65537", "a"], "bins from 1 to 65536"),
            (["stats", "--histogram=x", "a"], "bins from 1 to 65536"),
            (["stats", "--histogram=", "a"], "bins from 1 to 65536"),
            (["stats", "--json=1", "a"], "--json takes no value"),
            (["stats", "--as", "f4", "a"], "both --as DTYPE and --shape"),
            (["load"], "FILE"),
            (["load", "a", "b", "c"], "FILE"),
            (["load", "--mode", "888", "a"], "--mode"),
            (["load", "--mode", "07777", "a"], "--mode"),
            (["load", "--order", "Z", "a"], "keep, C or F"),
            (["load", "--layout", "zip", "a"], "npy or raw"),
            (["load", "--group", "no-such-group-here", "a"], "no-such-group-here"),
            (["load", "--owner", "no such\nuser", "a"], r"no such\x0auser"),
            (["--color", "pink", "list"], "--color"),
            (["list", "--\x1b[1m"], r"\x1b"),
        ]:
            d.expect(2, *arguments, says=says)


@test
def options_stand_before_the_command_and_two_dashes_end_them():
    with Directory() as d:
        open(d / "-dash", "wb").close()
        assert d.expect(0, "info", "--json", "--", "-dash").json()["segments"][0]["name"] == "-dash"
        done = subprocess.run([SHMTOP, f"--directory={d.path}", "--numeric", "--color=never", "--", "list", "--no-headings"],
                              capture_output=True)
        assert done.returncode == 0 and done.stdout.startswith(b"-dash"), done
        d.expect(0, "rm", "--", "-dash")


@test
def a_directory_that_is_none_is_not_found():
    with Directory() as d:
        open(d / "file", "wb").close()
        for where in ["/nonexistent/shm", d / "file"]:
            done = subprocess.run([SHMTOP, "-d", where, "list"], capture_output=True)
            assert done.returncode == 3 and where.encode() in done.stderr, done


@test
def closed_standard_descriptors_hurt_nobody():
    with Directory() as d:
        for fd in (0, 1, 2):
            done = subprocess.run(["sh", "-c", f'exec "$0" "$@" {fd}>&-', *d.command("list")], capture_output=True)
            assert done.returncode == (1 if fd == 1 else 0), (fd, done)


@test
def output_that_cannot_be_written_is_a_failure_with_a_reason():
    with Directory() as d:
        for i in range(300):
            open(d / f"{i}.shm", "wb").close()
        for arguments in (["list"], ["list", "--json"], ["--help"], ["info", "1.shm"]):
            with open("/dev/full", "wb") as full:
                d.expect(1, *arguments, stdout=full, says="No space left on device")


@test
def who_stops_reading_ends_it_as_it_ends_cat():
    with Directory() as d:
        for i in range(3):
            with open(d / f"{i}.shm", "wb") as f:
                np.save(f, np.arange(40000.0))
        for arguments in [["show", "--format", "csv", "0.shm"], ["show", "--format", "json", "0.shm"], ["list"], ["info", "0.shm"], ["--help"]]:
            for restores in [True, False]:  # Python itself ignores SIGPIPE
                read, write = os.pipe()
                os.close(read)
                done = subprocess.run(d.command(*arguments), stdout=write, stderr=subprocess.PIPE, restore_signals=restores)
                os.close(write)
                wanted = (-signal.SIGPIPE, b"") if restores else (1, b"shmtop: standard output: Broken pipe\n")
                assert (done.returncode, done.stderr) == wanted, (arguments, done)
        # What changes something is not stopped half-way.
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(d.command("rm", "0.shm", "1.shm", "2.shm"), stdout=write, stderr=subprocess.PIPE)
        os.close(write)
        assert d.names() == [] and not done.stderr, (d.names(), done)


@test
def a_slow_reader_of_output_that_does_not_block_gets_all_of_it():
    with Directory() as d:
        with open(d / "a.shm", "wb") as f:
            np.save(f, np.arange(100000))
        read, write = os.pipe()
        os.set_blocking(write, False)
        process = subprocess.Popen(d.command("show", "--format", "csv", "a.shm"), stdout=write, stderr=subprocess.PIPE)
        os.close(write)
        with open(read) as lines:
            assert [int(line) for line in lines] == list(range(100000))
        assert process.communicate()[1] == b"" and process.returncode == 0


main()
