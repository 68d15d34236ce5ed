#!/bin/sh
# mandoc finds nothing in the manual but matters of style; every exit status, key of the JSON and command is in it, and the
# options of each are those that its --help tells of, in its synopsis too; no section stands in it twice; lines of Python come
# out of it as they went in. What users are to read is installed, where README.md points to it.
set -u
manual=$SRCDIR/docs/shmtop.1
echo 1..7
failed=0
if ! command -v mandoc >/dev/null; then
    echo "ok 1 - mandoc is content # SKIP no mandoc here"
else
    complaints=$(mandoc -Tlint -Wwarning "$manual" 2>&1 | grep -v 'outdated mandoc.db')
    if [ -z "$complaints" ]; then
        echo "ok 1 - mandoc is content"
    else
        echo "not ok 1 - mandoc is content"
        echo "$complaints" | sed 's/^/# /'
        failed=1
    fi
fi
missing=
for word in name size allocated layout dtype type shape order owner uid group gid mode created modified age holders \
    holders_complete holders_unread holders_reason loading ownerless producer creator_pid state damaged protected inode \
    held_by pid user command cmdline started unit mapped open writable; do
    grep -Eq "^\.(It )?Cm (.* )?$word( |\$)" "$manual" || missing="$missing $word"
done
for status in 0 1 2 3 4 5 6; do
    grep -q "^\.It $status\$" "$manual" || missing="$missing exit-status-$status"
done
if [ -z "$missing" ]; then
    echo "ok 2 - every key and exit status is in the manual"
else
    echo "not ok 2 - every key and exit status is in the manual"
    echo "# missing:$missing"
    failed=1
fi
# The options that --help tells of: the first words of its lines.
told() {
    "$SHMTOP" "$@" --help | sed -nE 's/^ +(-.*)$/\1/p' | sed -E 's/  .*//; s/\[=[A-Z]+\]//; s/,/ /g' | tr ' ' '\n' |
        grep '^-' | grep -vxE -- '-h|--help' | sort -u
}
# Those that the manual has: of a command, or of OPTIONS.
written() {
    awk -v commands=" $commands " -v wanted="$1" '
        /^\.Sh / { part = $2; command = "" }
        part == "COMMANDS" && /^\.It Cm / && index(commands, " " $3 " ") { command = $3 }
        part == "OPTIONS" { command = "OPTIONS" }
        command == wanted && /^\.It Fl / {
            gsub(/Fl Fl /, "\n--"); gsub(/Fl /, "\n-"); print
        }' "$manual" | sed -nE 's/^(-[a-z-]+).*$/\1/Ip' | grep -vxE -- '-h|--help' | sort -u
}
commands=$("$SHMTOP" --help | sed -nE '/^Commands:/,/^$/s/^  ([a-z]+) .*/\1/p' | tr '\n' ' ')
wrong=
for command in OPTIONS $commands; do
    if [ "$command" = OPTIONS ]; then
        has=$(told)
    else
        has=$(told "$command")
        grep -q "^\.It Cm $command\$" "$manual" || wrong="$wrong $command"
    fi
    [ "$has" = "$(written "$command")" ] || wrong="$wrong $command: $has / $(written "$command")"
done
if [ -n "$commands" ] && [ -z "$wrong" ]; then
    echo "ok 3 - the manual has the options that --help tells of, and no other"
else
    echo "not ok 3 - the manual has the options that --help tells of, and no other"
    echo "$wrong" | sed 's/^/# /'
    failed=1
fi
twice=$(grep '^\.Sh ' "$manual" | sort | uniq -d)
if [ -z "$twice" ]; then
    echo "ok 4 - no section stands in the manual twice"
else
    echo "not ok 4 - no section stands in the manual twice"
    echo "$twice" | sed 's/^/# /'
    failed=1
fi
# The options in the synopsis of a command.
in_synopsis() {
    awk -v wanted="$1" '
        /^\.Sh / { part = $2 }
        part == "SYNOPSIS" && /^\.Nm/ { command = "" }
        part == "SYNOPSIS" && /^\.Cm / { command = $2 }
        part == "SYNOPSIS" && command == wanted && / ?Fl / {
            gsub(/Fl Fl /, "\n--"); gsub(/Fl /, "\n-"); print
        }' "$manual" | sed -nE 's/^(-[a-z-]+).*$/\1/p' | sort -u
}
wrong=
for command in $commands; do
    [ "$(told "$command")" = "$(in_synopsis "$command")" ] || wrong="$wrong $command: $(told "$command") / $(in_synopsis "$command")"
done
if [ -n "$commands" ] && [ -z "$wrong" ]; then
    echo "ok 5 - the synopsis of each command has its options"
else
    echo "not ok 5 - the synopsis of each command has its options"
    echo "$wrong" | sed 's/^/# /'
    failed=1
fi
if ! command -v mandoc >/dev/null; then
    echo "ok 6 - lines of Python keep their quotes # SKIP no mandoc here"
else
    text=$(mandoc -Tascii "$manual" | sed 's/.\x08//g')
    missing=$(
        for line in 'np.load("/dev/shm/prices.shm", mmap_mode="r")' 'os.setxattr("/dev/shm/raw.shm", "user.npy_header",' \
            "b\"{'descr': '<f2', 'fortran_order': False, 'shape': (1000, 1000), }\")"; do
            printf "%s" "$text" | grep -qF "$line" || echo "# $line"
        done
    )
    if [ -z "$missing" ]; then
        echo "ok 6 - lines of Python keep their quotes"
    else
        echo "not ok 6 - lines of Python keep their quotes"
        echo "$missing"
        failed=1
    fi
fi
place=$(mktemp -d)
env -u MAKEFLAGS -u MAKELEVEL make -s -C "$BUILDDIR" install-data DESTDIR="$place" >/dev/null 2>&1
missing=
for file in README.md docs/python.md docs/formats.md; do
    find "$place" -path "*/doc/*/$file" | grep -q . || missing="$missing $file"
done
rm -rf "$place"
if [ -z "$missing" ]; then
    echo "ok 7 - the pages for users are installed"
else
    echo "not ok 7 - the pages for users are installed"
    echo "# missing:$missing"
    failed=1
fi
exit $failed
