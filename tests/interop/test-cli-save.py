#!/usr/bin/python3
"""shmtop save against real numpy: what np.load reads of the file, byte for byte what np.save writes; streams, signals, refusals."""
import io, os, pty, shutil, signal, stat, subprocess, sys, tempfile
import numpy as np

shmtop = os.environ["SHMTOP"]
shm = tempfile.mkdtemp(prefix=".shmtop-test-", dir="/dev/shm")
out = tempfile.mkdtemp(prefix="shmtop-save-")
results = []


def check(what, truth):
    results.append(bool(truth))
    print("ok" if truth else "not ok", len(results), "-", what, flush=True)


def run(*words, **more):
    return subprocess.run([shmtop, "-d", shm, *words], capture_output=True, **more)


def save(name, file, *options):
    return run("save", name, f"{out}/{file}", *options)


def publish(name, array):
    with open(f"{shm}/{name}", "wb") as file:
        np.save(file, array)
    return array


def np_bytes(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def content(file):
    with open(f"{out}/{file}", "rb") as opened:
        return opened.read()


def leftovers():
    return [name for name in os.listdir(out) if name.startswith(".")]


def arrays():
    random = np.random.default_rng(4)
    yield random.standard_normal((30, 20))
    yield np.asfortranarray(random.standard_normal((30, 20)).astype("f2"))
    yield random.integers(-99, 99, (4, 5, 6)).astype(">i4")
    yield np.asfortranarray(random.integers(0, 99, (4, 5, 6)).astype("u1"))
    yield (random.standard_normal((5, 6)) + 1j).astype("c8")
    yield np.array(3.5)
    yield np.zeros((0, 7), "f4")
    yield np.array(["a", "bc"], "U3")
    yield np.array([(1, 2.5), (3, 4.5)], [("x", "<i4"), ("y", "<f8")])
    yield np.arange(2**10, dtype="<f4").reshape((2,) * 10 + (1,) * 22)
    yield np.array(["2026-11-25", "NaT"], "M8[ns]")


def indices(array):
    yield "", ()
    if array.ndim > 0 and array.shape[0] > 1:
        yield "::-1", np.s_[::-1]
        yield "1", np.s_[1, ...]  # no scalar, whose type is its own
        yield "1:,", np.s_[1:]
    if array.ndim > 1 and array.ndim < 30:
        yield "...,::2", np.s_[..., ::2]
        yield "::-2,1:3", np.s_[::-2, 1:3]
        yield ":,2:4", np.s_[:, 2:4]


def test_bytes():
    wrong = []
    for i, array in enumerate(arrays()):
        publish("a.shm", array)
        for text, index in indices(array):
            done = save("a.shm", "a.npy", "--replace", "-i", text)
            want = np_bytes(array[index])
            streamed = run("save", "a.shm", "-", "-i", text)
            if done.returncode or content("a.npy") != want or streamed.stdout != want or done.stderr:
                wrong.append((i, text, done.stderr, streamed.stderr))
    print("".join(f"# {case}\n" for case in wrong), end="")
    check("a file and a stream have the bytes that np.save writes, whole and sliced", not wrong)
    check("nothing else lies there", os.listdir(out) == ["a.npy"])


def test_csv():
    array = publish("a.shm", np.random.default_rng(5).standard_normal((40, 7)) * 10.0 ** np.arange(-150, 151, 50))
    array[0, :3] = np.nan, np.inf, -np.inf
    publish("a.shm", array)
    done = save("a.shm", "a.csv")
    read = np.loadtxt(f"{out}/a.csv", delimiter=",")
    check("a csv reads back to the same bits", done.returncode == 0 and read.tobytes() == array.tobytes())
    shown = run("show", "a.shm", "--format", "csv").stdout
    check("and is what show prints", shown == content("a.csv"))
    save("a.shm", "one.csv", "-i", "3")
    check("of one dimension a value a line", content("one.csv").count(b"\n") == 7)
    publish("b.shm", np.zeros((2, 2, 2)))
    done = save("b.shm", "b.csv")
    check("three dimensions are refused", done.returncode == 2 and b"two dimensions" in done.stderr)


def test_refusals():
    publish("a.shm", np.arange(6.0))
    with open(f"{shm}/raw", "wb") as file:
        file.write(b"raw bytes")
    with open(f"{shm}/bad", "wb") as file:
        file.write(b"\x93NUMPY\x01\x00\x76\x00{'descr'")
    os.symlink("elsewhere", f"{out}/link.npy")
    os.mkfifo(f"{out}/fifo.npy")
    save("a.shm", "old.npy")
    cases = [
        (("a.shm", "old.npy"), 4, b"--replace"),
        (("a.shm", "link.npy", "--replace"), 4, b"a link"),
        (("a.shm", "fifo.npy", "--replace"), 4, b"a FIFO"),
        (("a.shm", "none/a.npy"), 3, b"no such directory"),
        (("a.shm", "a.txt"), 2, b".npy or .csv"),
        (("none", "a2.npy"), 3, b"none"),
        (("raw", "a2.npy"), 1, b"raw"),
        (("bad", "a2.npy"), 1, b"damaged"),
        (("a.shm", "a2.npy", "-i", "9"), 2, b"out of range"),
    ]
    wrong = []
    for words, status, text in cases:
        done = save(*words)
        if done.returncode != status or text not in done.stderr or done.stderr.count(b"\n") != 1:
            wrong.append((words, done.returncode, done.stderr))
    print("".join(f"# {case}\n" for case in wrong), end="")
    check("what cannot be is refused, each with its status and reason", not wrong)
    done = subprocess.run([shmtop, "-r", "-d", shm, "save", "a.shm", f"{out}/a2.npy"], capture_output=True)
    streamed = subprocess.run([shmtop, "-r", "-d", shm, "save", "a.shm", "-"], capture_output=True)
    check("so is everything with --read-only", done.returncode == streamed.returncode == 4 and not streamed.stdout)
    check("and nothing was made", not os.path.exists(f"{out}/a2.npy") and not leftovers())


def test_unlinked():
    array = publish("gone.shm", np.arange(12.0).reshape(3, 4))
    held = open(f"{shm}/gone.shm", "rb")
    inode = os.fstat(held.fileno()).st_ino
    os.unlink(f"{shm}/gone.shm")
    done = save(f"#{inode}", "gone.npy")
    check("an unlinked segment is saved through who holds it", done.returncode == 0 and content("gone.npy") == np_bytes(array))
    held.close()


def test_mode():
    os.umask(0o027)
    publish("a.shm", np.arange(6.0))
    save("a.shm", "mode.npy")
    new = stat.S_IMODE(os.stat(f"{out}/mode.npy").st_mode)
    os.chmod(f"{out}/mode.npy", 0o604)
    save("a.shm", "mode.npy", "--replace")
    check("a new file has mode 0666 less the umask, a replaced one keeps its own",
          new == 0o640 and stat.S_IMODE(os.stat(f"{out}/mode.npy").st_mode) == 0o604)
    os.umask(0o022)
    os.chmod(f"{shm}/a.shm", 0o600)
    save("a.shm", "private.npy")
    check("who may not read the segment may not read what is saved of it",
          stat.S_IMODE(os.stat(f"{out}/private.npy").st_mode) == 0o600)


def start(name, *words, **more):
    return subprocess.Popen([shmtop, "-d", shm, "save", name, *words], **more)


def start_and_see(name, *words):
    """Starts one whose standard error is a terminal, and returns when it shows how far it is."""
    ours, theirs = pty.openpty()
    process = start(name, *words, stderr=theirs)
    os.close(theirs)
    shown = b""
    while b"%" not in shown:
        shown += os.read(ours, 4096)
    return process, ours


def test_signals():
    """A save that takes a while is stopped: a strided CSV of many values."""
    with open(f"{shm}/large.shm", "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (20000, 5000)})
        file.truncate(file.tell() + 20000 * 5000 * 8)
    with open(f"{out}/large.csv", "wb") as file:
        file.write(b"old")
    ends = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process, terminal = start_and_see("large.shm", f"{out}/large.csv", "--replace")
        process.send_signal(number)
        process.wait()
        os.close(terminal)
        ends.append(process.returncode == -number)
    check("a signal ends it as one does", all(ends))
    check("and leaves the old file", content("large.csv") == b"old" and not leftovers())
    process = start("large.shm", "-", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(1000)
    process.stdout.close()
    complaint = process.stderr.read()
    process.wait()
    check("a pipe that is closed ends it quietly", process.returncode == -signal.SIGPIPE and complaint == b"")
    process = start("large.shm", "-", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(1000)
    process.send_signal(signal.SIGTERM)
    process.wait()
    process.stdout.close()
    process.stderr.close()
    check("a signal ends it while nobody reads", process.returncode == -signal.SIGTERM)


def test_stream_to_file():
    array = publish("a.shm", np.asfortranarray(np.arange(60000.0).reshape(200, 300)))
    with open(f"{out}/stream", "wb") as file:
        file.write(b"before")
    with open(f"{out}/stream", "ab") as file:
        status = subprocess.run([shmtop, "-d", shm, "save", "a.shm", "-"], stdout=file).returncode
    check("a stream goes behind what a file has", status == 0 and content("stream") == b"before" + np_bytes(array))


def main():
    print("1..17", flush=True)
    test_bytes()
    test_csv()
    test_refusals()
    test_unlinked()
    test_mode()
    test_signals()
    test_stream_to_file()


try:
    signal.alarm(120)
    main()
finally:
    shutil.rmtree(shm)
    shutil.rmtree(out)
sys.exit(0 if all(results) else 1)
