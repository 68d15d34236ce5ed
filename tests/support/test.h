/*
 * What every test includes: cmocka needs these headers before its own.
 */
#ifndef SHMTOP_TESTS_SUPPORT_TEST_H
#define SHMTOP_TESTS_SUPPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
