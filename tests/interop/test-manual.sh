#!/bin/sh
# mandoc finds nothing in the manual but matters of style, and every exit status and key of the JSON is in it.
set -u
manual=$SRCDIR/docs/shmtop.1
echo 1..2
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
exit $failed
