#include "core/catalog/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define NANOSECONDS 1000000000

size_t format_bytes(uint64_t bytes, char *buf, size_t size)
{
    if (bytes < 1024)
        return (size_t)snprintf(buf, size, "%" PRIu64, bytes);
    static const char units[] = "KMGTPE";
    int unit = 0;
    int shift = 10;
    for (; units[unit + 1] && bytes >> shift >= 1024; unit++)
        shift += 10;
    unsigned __int128 half = (unsigned __int128)1 << (shift - 1);
    unsigned whole = (unsigned)((bytes + half) >> shift);
    if (whole >= 1024 && units[unit + 1]) {
        unit++;
        whole = 1;
        bytes = (uint64_t)1 << (shift += 10);
        half <<= 10;
    }
    unsigned tenths = (unsigned)(((unsigned __int128)bytes * 10 + half) >> shift);
    if (tenths < 1000)
        return (size_t)snprintf(buf, size, "%u.%u%c", tenths / 10, tenths % 10, units[unit]);
    return (size_t)snprintf(buf, size, "%u%c", whole, units[unit]);
}

size_t format_age(int64_t seconds, char *buf, size_t size)
{
    const int64_t minute = 60, hour = 60 * minute, day = 24 * hour, year = 365 * day;
    long long s = seconds < 0 ? 0 : seconds;
    if (s < minute)
        return (size_t)snprintf(buf, size, "%llds", s);
    if (s < hour)
        return (size_t)snprintf(buf, size, "%lldm%02llds", s / minute, s % minute);
    if (s < day)
        return (size_t)snprintf(buf, size, "%lldh%02lldm", s / hour, s % hour / minute);
    if (s < 2 * day)
        return (size_t)snprintf(buf, size, "%lldh", s / hour);
    if (s < 10 * day)
        return (size_t)snprintf(buf, size, "%lldd%02lldh", s / day, s % day / hour);
    if (s < year)
        return (size_t)snprintf(buf, size, "%lldd", s / day);
    if (s < 10 * year)
        return (size_t)snprintf(buf, size, "%lldy%02lldd", s / year, s % year / day);
    return (size_t)snprintf(buf, size, "%lldy", s / year < 99999 ? s / year : 99999);
}

size_t format_time(int64_t nanoseconds, char *buf, size_t size)
{
    time_t seconds = nanoseconds / NANOSECONDS - (nanoseconds % NANOSECONDS < 0);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    return (size_t)snprintf(buf, size, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                            tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
