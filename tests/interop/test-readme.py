#!/usr/bin/python3
"""The README's Python does what the README says, with a reader that maps the old matrix meanwhile; its pictures are there."""
import multiprocessing, os, re, shutil, signal, subprocess, sys, tempfile
import xml.etree.ElementTree as tree
import numpy as np

readme = open(os.path.join(os.environ["SRCDIR"], "README.md"), encoding="utf-8").read()
code = {}
for block in re.findall(r"```python\n(.*?)```", readme, re.S):
    exec(block, code)

directory = code["DIRECTORY"] = tempfile.mkdtemp(prefix=".shmtop-test-", dir="/dev/shm")
shmtop = os.environ["SHMTOP"]
results = []


def check(what, truth):
    results.append(bool(truth))
    print("ok" if truth else "not ok", len(results), "-", what)


def reader(pipe):
    """Maps the matrix once, then answers with its sum as often as it is asked."""
    matrix = code["get_shared_matrix"]("prices.shm")
    pipe.send(float(matrix.sum(dtype="f8")))
    while pipe.recv():
        pipe.send(float(matrix.sum(dtype="f8")))


def is_picture(path):
    """Well-formed SVG of a screen: a title, a size, and texts that lie inside."""
    try:
        root = tree.parse(os.path.join(os.environ["SRCDIR"], path)).getroot()
    except (OSError, tree.ParseError) as error:
        print(f"# {path}: {error}")
        return False
    svg = "{http://www.w3.org/2000/svg}"
    width, height = int(root.get("width")), int(root.get("height"))
    texts = list(root.iter(svg + "text"))
    return (root.tag == svg + "svg" and root.findtext(svg + "title") and len(texts) > 50
            and all(float(t.get("x")) + float(t.get("textLength")) <= width and float(t.get("y")) <= height for t in texts))


def main():
    print("1..11", flush=True)
    pictures = re.findall(r"^!\[(.*)\]\((.*)\)$", readme, re.M)
    kept = {f"docs/pictures/{name}" for name in os.listdir(os.path.join(os.environ["SRCDIR"], "docs", "pictures"))}
    check("it shows every picture there is, once", sorted(path for _, path in pictures) == sorted(kept) and kept)
    check("each with words for who cannot see it", all(len(words) > 40 for words, _ in pictures))
    check("each is well-formed", all([is_picture(path) for _, path in pictures]))
    old = np.arange(6000, dtype="f2").reshape(60, 100) % 512
    new = np.ones((500, 300), dtype="f2")
    code["set_shared_matrix"](old, "prices.shm")
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=reader, args=(theirs,))
    child.start()
    before = ours.recv()
    check("a reader sees what was published", before == float(old.sum(dtype="f8")))
    inode = os.stat(f"{directory}/prices.shm").st_ino
    code["set_shared_matrix"](new, "prices.shm")
    ours.send(True)
    check("a reader that maps the old matrix keeps it whole", ours.recv() == before)
    check("who opens the name now gets the new one", np.array_equal(code["get_shared_matrix"]("prices.shm"), new))
    check("a replaced matrix is another inode", os.stat(f"{directory}/prices.shm").st_ino != inode)
    ours.send(False)
    child.join()
    check("the reader ended by itself, not by a signal", child.exitcode == 0)
    check("nothing else was left in the directory", os.listdir(directory) == ["prices.shm"])
    info = subprocess.run([shmtop, "-d", directory, "info", "--json", "prices.shm"], capture_output=True, text=True)
    check("shmtop knows its type and shape", '"float16"' in info.stdout and "500" in info.stdout and "300" in info.stdout)
    value = subprocess.run([shmtop, "-d", directory, "show", "prices.shm", "-i", "499,299", "--format", "json"],
                           capture_output=True, text=True)
    check("and its values", float(value.stdout or "nan") == 1.0)


try:
    signal.alarm(60)
    main()
finally:
    shutil.rmtree(directory)
sys.exit(0 if all(results) else 1)
