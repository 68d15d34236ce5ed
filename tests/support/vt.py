"""A console in a pseudo-terminal, with just enough of a terminal behind it to know what stands on the screen.

For the benchmarks, which time what a person would see, and for tests with real programs. The screen tests use
libvterm.
"""
import base64, fcntl, os, pty, re, select, struct, termios, time

TOKEN = re.compile(rb"\x1b\[([?>]?)([0-9;]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b[=>78MDE]|"
                   rb"[\x00-\x1a\x1c-\x1f]|[^\x00-\x1f]+")
LONGEST = 64  # bytes of a sequence; what is longer is none,
LONGEST_TEXT = 100_000  # but what goes to the clipboard
CLIPBOARD = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)")


class Screen:
    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.cells = [[" "] * columns for _ in range(rows)]
        self.y = self.x = 0
        self.saved = 0, 0
        self.top, self.bottom = 0, rows - 1  # what scrolls
        self.last = " "
        self.touched = set()  # (row, column) that changed since it was last emptied
        self.rest = b""
        self.clipboard = None  # the last text that was to be copied

    def put(self, text):
        for character in text:
            if self.x >= self.columns:
                self.x, self.y = 0, min(self.y + 1, self.rows - 1)
            self.change(self.y, self.x, character)
            self.x += 1
            self.last = character

    def change(self, y, x, character):
        if self.cells[y][x] != character:
            self.cells[y][x] = character
            self.touched.add((y, x))

    def scroll(self, first, lines):
        """From that row to the end of the scrolling region: up if lines > 0."""
        for _ in range(abs(lines)):
            del self.cells[first if lines > 0 else self.bottom]
            self.cells.insert(self.bottom if lines > 0 else first, [" "] * self.columns)
        self.touched.update((y, x) for y in range(first, self.bottom + 1) for x in range(self.columns))

    def down(self):
        if self.y == self.bottom:
            self.scroll(self.top, 1)
        else:
            self.y = min(self.y + 1, self.rows - 1)

    def up(self):
        if self.y == self.top:
            self.scroll(self.top, -1)
        else:
            self.y = max(self.y - 1, 0)

    def erase(self, y, first, end):
        for x in range(max(first, 0), min(end, self.columns)):
            self.change(y, x, " ")

    def control(self, arguments, final):
        numbers = [int(n) if n else 0 for n in arguments.split(";")] if arguments else []
        n = numbers[0] if numbers else 0
        one = max(n, 1)
        if final in "Hf":
            self.y = min(max(n, 1), self.rows) - 1
            self.x = min(max(numbers[1] if len(numbers) > 1 else 1, 1), self.columns) - 1
        elif final == "d":
            self.y = min(one, self.rows) - 1
        elif final == "G":
            self.x = min(one, self.columns) - 1
        elif final == "A":
            self.y = max(self.y - one, 0)
        elif final == "B":
            self.y = min(self.y + one, self.rows - 1)
        elif final == "C":
            self.x = min(self.x + one, self.columns - 1)
        elif final == "D":
            self.x = max(self.x - one, 0)
        elif final == "K":
            self.erase(self.y, 0 if n else self.x, self.columns if n != 1 else self.x + 1)
        elif final == "X":
            self.erase(self.y, self.x, self.x + one)
        elif final == "J":
            if n == 0:
                self.erase(self.y, self.x, self.columns)
            for y in range(self.y + 1 if n == 0 else 0, self.rows if n != 1 else self.y):
                self.erase(y, 0, self.columns)
        elif final == "b":
            self.put(self.last * one)
        elif final == "P":
            row = self.cells[self.y]
            row[self.x:] = row[self.x + one:] + [" "] * min(one, self.columns - self.x)
            self.touched.update((self.y, x) for x in range(self.x, self.columns))
        elif final == "@":
            row = self.cells[self.y]
            row[self.x:] = ([" "] * one + row[self.x:])[:self.columns - self.x]
            self.touched.update((self.y, x) for x in range(self.x, self.columns))
        elif final in "LM":
            if self.top <= self.y <= self.bottom:
                self.scroll(self.y, one if final == "M" else -one)
        elif final in "ST":
            self.scroll(self.top, one if final == "S" else -one)
        elif final == "r":
            self.top = one - 1
            self.bottom = (numbers[1] if len(numbers) > 1 and numbers[1] else self.rows) - 1
            self.y = self.x = 0

    def feed(self, data):
        data = self.rest + data
        position = 0
        while position < len(data):
            match = TOKEN.match(data, position)
            if not match:
                is_text = data.startswith(b"\x1b]", position)
                if len(data) - position < (LONGEST_TEXT if is_text else LONGEST):  # the rest of a sequence comes with the next piece
                    break
                position += 1
                continue
            token = match.group()
            if match.group(3):
                if not match.group(1):
                    self.control(match.group(2).decode(), match.group(3).decode())
            elif CLIPBOARD.match(token):
                self.clipboard = base64.b64decode(CLIPBOARD.match(token).group(1)).decode()
            elif token == b"\x1bM":
                self.up()
            elif token == b"\x1b7":
                self.saved = self.y, self.x
            elif token == b"\x1b8":
                self.y, self.x = self.saved
            elif token == b"\r":
                self.x = 0
            elif token == b"\n":
                self.down()
            elif token == b"\b":
                self.x = max(self.x - 1, 0)
            elif token[0] >= 0x20:
                try:
                    self.put(token.decode())
                except UnicodeDecodeError as error:
                    if match.end() == len(data) and error.start >= len(token) - 3:
                        self.put(token[:error.start].decode())
                        position += error.start
                        break
                    self.put(token.decode(errors="replace"))
            position = match.end()
        self.rest = data[position:]

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)


class Console:
    def __init__(self, command, rows=24, columns=80):
        self.screen = Screen(rows, columns)
        self.bytes = 0
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            environment = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8")
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """Feeds what arrives within that time; returns at the first piece."""
        if not select.select([self.fd], [], [], max(seconds, 0))[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.bytes += len(data)
        self.took(data)
        self.screen.feed(data)
        return True

    def took(self, data):
        """For who wants the bytes."""

    def wait(self, condition, seconds=10.0):
        """Until condition(screen text) holds; the seconds that it took, or None."""
        start = time.monotonic()
        while not condition(self.screen.text()):
            left = start + seconds - time.monotonic()
            if left <= 0:
                return None
            self.read(left)
        return time.monotonic() - start

    def idle(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(end - time.monotonic())

    def keys(self, text):
        os.write(self.fd, text.encode())

    def processor_seconds(self):
        """Of all its threads; in nanoseconds' steps, for an idle program uses less than a clock tick."""
        tasks = f"/proc/{self.pid}/task"
        return sum(int(open(f"{tasks}/{task}/schedstat").read().split()[0]) for task in os.listdir(tasks)) / 1e9

    def resident(self):
        return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{self.pid}/status").read()).group(1)) * 1024

    def close(self):
        self.keys("Q")
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            self.read(0.05)
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                os.close(self.fd)
                return True
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.fd)
        return False
