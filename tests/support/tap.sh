#!/bin/sh
# Runs a cmocka program. cmocka 1.1.5 says "not ok N # SKIP" of a test that was skipped, which TAP calls a failure.
exec 4>&1
status=$({ { "$@" 3>&- 4>&-; echo $? >&3; } | sed 's/^not ok \([0-9]*\) # SKIP/ok \1 # SKIP/' >&4; } 3>&1)
exit "$status"
