/*
 * Sizes, ages and times as people read them in a table. Each writes at most size bytes, NUL-terminated, and
 * returns the length needed.
 */
#ifndef SHMTOP_CORE_CATALOG_FORMAT_H
#define SHMTOP_CORE_CATALOG_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/*
 * "512", "8.0M", "96.0M", "976M", "4.8G": powers of 1024, one decimal below 100, to the nearest; at most 5
 * characters, and never as much as 1024 of a unit.
 */
#define FORMAT_BYTES_MAX 6
size_t format_bytes(uint64_t bytes, char *buf, size_t size);

/*
 * Seconds as "41s", "3m20s", "9h12m", "31h" (a day to two), "3d04h" (to ten days), "12d" (to a year of 365
 * days), "1y03d" (to ten years), "12y": at most 6 characters. What lies in the future is "0s".
 */
#define FORMAT_AGE_MAX 7
size_t format_age(int64_t seconds, char *buf, size_t size);

/* RFC 3339 in UTC with Z, "2026-11-11T03:22:07Z"; nanoseconds since 1970 in, whole seconds (rounded down)
 * out. */
#define FORMAT_TIME_MAX 21
size_t format_time(int64_t nanoseconds, char *buf, size_t size);

#endif
