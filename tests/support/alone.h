/*
 * Processes of our own only: a test that lets a program look at the real /proc must not depend on how many
 * others run there.
 */
#ifndef SHMTOP_TESTS_SUPPORT_ALONE_H
#define SHMTOP_TESTS_SUPPORT_ALONE_H

/* Runs tests in a PID namespace of their own with its /proc, where that is permitted (root), else where we
 * are. Returns what run returned. */
int alone_run(int (*run)(void));

#endif
