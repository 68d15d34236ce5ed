#!/bin/sh
# The architecture as a check: calls go down (docs/architecture.md), core has no screen, clock or environment, only tui/term
# knows curses, and no symbol of ours interposes one of a library we link with.
set -u
cd "$SRCDIR" || exit 99
build=${BUILDDIR:-.}
n=0
failed=0
report() { # report "what" "offenders"
    n=$((n + 1))
    if [ -z "$2" ]; then
        echo "ok $n - $1"
    else
        echo "not ok $n - $1"
        echo "$2" | sed 's/^/# /'
        failed=1
    fi
}

echo 1..5

# 1. Includes go down: each room may include itself and the rooms below it.
offenders=
rank=0
for room in sys matrix analysis layout segment process catalog source transfer; do
    rank=$((rank + 1))
    above=0
    for other in sys matrix analysis layout segment process catalog source transfer; do
        above=$((above + 1))
        [ "$above" -gt "$rank" ] || continue
        offenders="$offenders$(grep -ln "#include \"core/$other/" core/$room/*.[ch] 2>/dev/null | sed "s|\$| includes core/$other|")"
    done
    offenders="$offenders$(grep -ln '#include "tui/' core/$room/*.[ch] 2>/dev/null)"
done
offenders="$offenders$(grep -ln '#include "tui/\(app\|view\|values\|command\)/' tui/term/*.[ch] 2>/dev/null)"
offenders="$offenders$(grep -ln '#include "tui/\(app\|view\|values\)/' tui/command/*.[ch] 2>/dev/null | grep -v 'command/console\.c')"
report "includes go down only" "$offenders"

# 2. curses.h only in tui/term, and never in its headers.
report "only tui/term includes curses.h" \
    "$(grep -lE '#include <(ncurses|curses|term|ncursesw/.*)\.h>' -r core tui tests --include='*.[ch]' | grep -v '^tui/term/[a-z_]*\.c$')"

# 3. core neither prints, ends the program, reads the environment or a clock, nor knows the locale.
forbidden='exit|_exit|printf|puts|putchar|perror|getenv|secure_getenv|setlocale|signal|sigaction|clock_gettime|time|gettimeofday|initscr|newterm'
report "core references no exit, printf, getenv, clock or signal handler" \
    "$(nm -A --undefined-only "$build/libcore.a" 2>/dev/null | awk '{print $1, $NF}' | grep -E " ($forbidden)(@.*)?\$")"

# 4. The system calls that have an entry in the table are made through it.
report "core makes its system calls through the table" \
    "$(nm -A --undefined-only "$build/libcore.a" 2>/dev/null | grep -v 'calls\.o' | awk '{print $1, $NF}' |
        grep -E ' (openat|open|close|statx|fstat|read|write|pread|pread64|pwrite|pwrite64|fallocate|fallocate64|linkat|unlinkat|unlink|renameat2|rename|inotify_[a-z0-9_]*|epoll_[a-z0-9_]*|pidfd_open|ftruncate|ftruncate64|fsync|f[a-z]*xattr|fanotify_[a-z]*|mkdirat|flock|mmap|mmap64|munmap|madvise)(@.*)?$')"

# 5. None of our global symbols is defined by a library that we link with.
ours=$(nm --defined-only -g "$build/libcore.a" "$build/libtui.a" 2>/dev/null | awk 'NF==3 {print $3}' | sort -u)
clashes=
for library in $(ldd "$build/shmtop" 2>/dev/null | awk '$3 ~ /^\// {print $3}'); do
    clash=$(nm -D --defined-only "$library" 2>/dev/null | awk 'NF==3 {sub(/@.*/, "", $3); print $3}' | sort -u |
        { tmp=$(mktemp); printf '%s\n' "$ours" >"$tmp"; comm -12 "$tmp" -; rm -f "$tmp"; })
    [ -z "$clash" ] || clashes="$clashes$library defines $clash "
done
report "no symbol of ours interposes a library's" "$clashes"
exit $failed
