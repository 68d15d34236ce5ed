"""What the tests of the commands share: a private directory below /dev/shm, the program run in it, TAP.

Whatever the program prints is looked at here: no control byte but the newline may reach a terminal.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

SHMTOP = os.environ["SHMTOP"]
DEADLINE = 60  # seconds; a command that hangs fails its test

KEYS = (
    "name size allocated layout dtype type shape order owner uid group gid mode created modified age holders "
    "holders_complete holders_unread holders_reason loading ownerless producer creator_pid state damaged protected inode"
).split()

# Names that a world-writable directory may hold, with what is shown of them.
HOSTILE = {
    b"a\x1b]0;x\x07b": r"a\x1b]0;x\x07b",
    b"bad\xff\xfeutf8": r"bad\xff\xfeutf8",
    b"two\nlines": r"two\x0alines",
    b"back\\slash": r"back\\slash",
    "bidi\u202egpj".encode(): r"bidi\u202egpj",
    "c1\u009bm".encode(): r"c1\u009bm",
    "tag\U000e0041".encode(): r"tag\U000e0041",
    "wide\u6f22\u5b57".encode(): "wide\u6f22\u5b57",
    "comb\u0065\u0301".encode(): "comb\u0065\u0301",
    b"-dash": "-dash",
    b"#12": "#12",
    b" blank ": " blank ",
    b"x" * 255: "x" * 255,
}


# What stands under each key, as product.md has it: type(s), and None where it may be null.
TYPES = {key: (str,) for key in "name time event old_name command".split()}
TYPES |= {key: (str, None) for key in "layout dtype type owner group mode created modified damaged producer state".split()}
TYPES |= {key: (str, None) for key in "order holders_reason user cmdline started unit".split()}
TYPES |= {key: (int,) for key in "size inode pid mapped open".split()}
TYPES |= {key: (int, None) for key in "allocated uid gid age holders holders_unread creator_pid".split()}
TYPES |= {key: (bool,) for key in "loading ownerless protected writable".split()}
TYPES |= {"shape": (list, None), "holders_complete": (bool, None), "held_by": (list, None), "by": (dict, None)}
FORMS = {
    "created": r"\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",
    "mode": r"[0-7]{4}",
    "order": "C|F",
    "event": "created|resized|described|renamed|deleted|released",
    "state": "live|idle|stale|leaked|unlinked",
    "layout": "npy|sharedarray|imagestream|described|raw|directory|semaphore|other",
    "producer": r"[a-z0-9][-a-z0-9_.+]{0,31}",
}
FORMS |= {"modified": FORMS["created"], "started": FORMS["created"]}
HOLDER_KEYS = "pid user command cmdline started unit mapped open writable".split()


def check_object(o, keys):
    """An object has these keys, in order, and under each what may stand there."""
    assert list(o) == keys, o
    for key, value in o.items():
        types = tuple(type(None) if t is None else t for t in TYPES[key])
        assert isinstance(value, types) and (bool in types or not isinstance(value, bool)), (key, value)
        assert value is None or key not in FORMS or re.fullmatch(FORMS[key], value), (key, value)
        assert not isinstance(value, int) or value >= 0, (key, value)


def check_segment(s, before=(), after=()):
    check_object(s, [*before, *KEYS, *after])
    for holder in s.get("held_by") or []:
        check_object(holder, HOLDER_KEYS)
    assert s["shape"] is None or all(type(n) is int for n in s["shape"]), s
    nulls = {s[key] is None for key in "dtype type shape order".split()}
    assert len(nulls) == 1 and (s["damaged"] is None or nulls == {True}), s


def check_event(e):
    """A line of watch --json."""
    names = ["old_name"] if e["event"] == "renamed" else []
    check_segment(e, ["time", "event", *names, "by"], ["held_by"] if e["event"] == "deleted" else [])
    if e["by"] is not None:
        assert list(e["by"]) == ["pid", "user", "command"] and type(e["by"]["pid"]) is int, e
        assert all(isinstance(e["by"][key], (str, type(None))) for key in ("user", "command")), e


def check_answer(answer):
    """What list and info say; other commands' answers have no segments."""
    if not isinstance(answer, dict) or "segments" not in answer:
        return
    is_list = len(answer) > 1
    for s in answer["segments"]:
        check_segment(s, (), [] if is_list else ["held_by"])
    if not is_list:
        return
    assert list(answer) == ["directory", "filesystem", "warnings", "segments"] and isinstance(answer["directory"], str)
    assert list(answer["filesystem"]) == ["size", "used", "free"]
    assert all(type(n) is int for n in answer["filesystem"].values()), answer["filesystem"]
    for warning in answer["warnings"]:
        assert list(warning) == ["code", "text"] and all(type(t) is str for t in warning.values()), warning


class Result:
    def __init__(self, code, out, err):
        self.code, self.out_bytes, self.err_bytes = code, out, err
        self.out, self.err = out.decode(), err.decode()

    def json(self):
        answer = json.loads(self.out)
        check_answer(answer)
        return answer


def check_printable(what, data):
    text = data.decode("utf-8")  # never invalid
    for c in text:
        assert c == "\n" or (ord(c) >= 0x20 and not 0x7F <= ord(c) < 0xA0), f"control character {c!r} in {what}: {text!r}"
        assert c not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f", f"bidi in {what}: {text!r}"


class Directory:
    """A private directory of segments, and files to load beside it. Use with `with`."""

    def __init__(self, mode=0o777):
        self.mode = mode

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="shmtop-test-", dir="/dev/shm")
        os.chmod(self.path, self.mode)
        self.files = tempfile.mkdtemp(prefix="shmtop-test-")
        os.chmod(self.files, 0o755)
        self.program = None
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.rmtree(self.files, ignore_errors=True)

    def __truediv__(self, name):
        return os.path.join(os.fsencode(self.path), name) if isinstance(name, bytes) else os.path.join(self.path, name)

    def file(self, name):
        return os.path.join(self.files, name)

    def names(self):
        return sorted(os.listdir(self.path))

    def program_for_others(self):
        """The program where another user can run it: the build directory may be closed to them."""
        if not self.program:
            self.program = shutil.copy(SHMTOP, self.file("shmtop"))
            os.chmod(self.program, 0o755)
        return self.program

    def command(self, *arguments, options=(), uid=None):
        program = self.program_for_others() if uid is not None else SHMTOP
        return [program, "-d", self.path, *options, *arguments]

    def run(self, *arguments, options=(), uid=None, input=b"", env=None, **more):
        identity = {"user": uid, "group": uid, "extra_groups": []} if uid is not None else {}
        feed = {} if "stdin" in more else {"input": input}
        done = subprocess.run(
            self.command(*arguments, options=options, uid=uid),
            stdout=more.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "80", "LINES": "24", "XDG_STATE_HOME": self.file("state"),
                 **(env or {})},
            timeout=DEADLINE,
            **feed,
            **identity,
            **more,
        )
        out = done.stdout or b""
        check_printable("output", b"\n".join(x.replace(b"\t", b" ", 1) for x in out.split(b"\n")) if arguments[:1] == ("find",) else out)
        check_printable("messages", done.stderr)
        return Result(done.returncode, out, done.stderr)

    def expect(self, code, *arguments, says=None, **more):
        result = self.run(*arguments, **more)
        assert result.code == code, f"{arguments}: exit {result.code}, not {code}: {result.err}"
        if says is not None:
            assert says in result.err, f"{arguments}: {result.err!r} does not say {says!r}"
        if code != 0:
            assert result.err.startswith("shmtop: "), f"{arguments}: no reason: {result.err!r}"
        return result


TESTS = []


class Skip(Exception):
    pass


def test(function):
    TESTS.append(function)
    return function


def is_sanitized():
    with open(SHMTOP, "rb") as f:
        return b"__asan_init" in f.read()


def need_plain_memory():
    if is_sanitized():
        raise Skip("a sanitizer has memory of its own")


def need_root():
    if os.geteuid() != 0:
        raise Skip("needs root to become another user")


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a check in a shell's background would hand on that it is ignored
    failed = False
    print(f"1..{len(TESTS)}")
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        try:
            function()
            print(f"ok {number} - {name}")
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}")
        except BaseException:
            failed = True
            print(f"not ok {number} - {name}")
            for line in traceback.format_exc().splitlines():
                print("# " + line.encode("ascii", "backslashreplace").decode())
        sys.stdout.flush()
    sys.exit(failed)
