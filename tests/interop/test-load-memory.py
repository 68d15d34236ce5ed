"""The private memory of a load stays small, whatever is loaded: looked at all the time, and where the load waits for a
pipe whose writer has given everything but its end."""
import io
import os
import pickle
import select
import subprocess
import sys
import threading

import numpy as np

sys.path.insert(0, os.path.join(os.environ["SRCDIR"], "tests/support"))
from cli import Directory, main, need_plain_memory, test

BOUND = 16 << 20
SIZE = 48 << 20  # of the matrix: three times as much
LOOK = 0.002  # seconds


def private(pid):
    """Bytes of anonymous memory; none where it has ended."""
    try:
        with open(f"/proc/{pid}/status") as f:
            lines = dict(line.split(":", 1) for line in f)
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(lines.get("RssAnon", "0").split()[0]) << 10


def matrix():
    return (np.arange(SIZE // 8, dtype="f8") // 16).reshape(-1, 512)


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def npz(save):
    out = io.BytesIO()
    save(out, a=matrix())
    return out.getvalue()


def text():
    lines = [",".join(f"{x:.9f}" for x in row) for row in np.random.default_rng(1).standard_normal((40, 50))]
    block = "\n".join(lines) + "\n"
    return (block * (SIZE // 8 // 2000)).encode()


KINDS = {
    "npy": (lambda: npy(matrix()), []),
    "npy converted": (lambda: npy(matrix()), ["--as", "f2"]),
    "npy widened": (lambda: npy(matrix().astype("f4")), ["--as", "f8"]),
    "npy in another order": (lambda: npy(matrix()), ["--order", "F"]),
    "npy converted in another order": (lambda: npy(matrix()), ["--as", "f4", "--order", "F"]),
    "npz stored": (lambda: npz(np.savez), []),
    "npz deflated": (lambda: npz(np.savez_compressed), ["--as", "f4"]),
    "npz in another order": (lambda: npz(np.savez), ["--order", "F"]),
    "text": (text, []),
    "text in another order": (text, ["--as", "f4", "--order", "F"]),
    "pickle 2": (lambda: pickle.dumps(matrix().astype("f4"), 2), []),
    "pickle 4": (lambda: pickle.dumps(matrix(), 4), ["--as", "f2"]),
    "pickle 5": (lambda: pickle.dumps(matrix(), 5), []),
    "raw": (lambda: matrix().tobytes(), ["--as", "f8", "--shape", f"{SIZE // 8 // 512},512"]),
}


def watch(process, most):
    """The most that it has had, until it ends."""
    ended = os.pidfd_open(process.pid)
    while not select.select([ended], [], [], LOOK)[0]:
        most = max(most, private(process.pid))
    os.close(ended)
    return most


def load_file(d, data, arguments):
    with open(d.file("x"), "wb") as f:
        f.write(data)
    process = subprocess.Popen(d.command("load", *arguments, d.file("x"), "x.shm"), stderr=subprocess.PIPE)
    return process, watch(process, 0)


def load_pipe(d, data, arguments):
    process = subprocess.Popen(
        d.command("load", *arguments, "-", "x.shm"), stdin=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )
    most = [0]

    def feed():
        with process.stdin as pipe:
            left = memoryview(data)
            while left:
                left = left[pipe.write(left[: 1 << 20]) :]
            most[0] = private(process.pid)

    feeder = threading.Thread(target=feed)
    feeder.start()
    found = watch(process, 0)
    feeder.join()
    return process, max(most[0], found)


def check(name, load, data, arguments):
    need_plain_memory()
    with Directory() as d:
        process, most = load(d, data, arguments)
        said = process.stderr.read().decode()
        assert process.wait() == 0, f"{name}: {said}"
        assert os.stat(d / "x.shm").st_size >= SIZE // 4, name
    print(f"# {name}: {most / (1 << 20):.1f} MiB")
    assert 0 < most <= BOUND, f"{name}: {most / (1 << 20):.1f} MiB of private memory"


@test
def a_load_of_a_file_takes_little_memory():
    for name, (data, arguments) in KINDS.items():
        check(name, load_file, data(), arguments)


@test
def a_load_from_a_pipe_takes_little_memory():
    for name, (data, arguments) in KINDS.items():
        if name not in ("npz stored", "npy widened"):
            check(name, load_pipe, data(), arguments)


main()
