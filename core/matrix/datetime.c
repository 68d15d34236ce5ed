#include "core/matrix/datetime.h"

#include <string.h>

/* Wide enough for 2^63 units of 2^31 weeks. */
typedef __int128 wide;

static wide floor_divide(wide a, wide b, wide *ret_rest)
{
    wide quotient = a / b, rest = a % b;
    if (rest < 0) {
        rest += b;
        quotient--;
    }
    *ret_rest = rest;
    return quotient;
}

/* At least width digits. */
static void add_number(struct text *text, wide value, int width)
{
    char digits[48];
    size_t at = sizeof digits;
    unsigned __int128 magnitude = value < 0 ? -(unsigned __int128)value : (unsigned __int128)value;
    for (int n = 0; magnitude > 0 || n < width; n++, magnitude /= 10)
        digits[--at] = (char)('0' + (int)(magnitude % 10));
    if (value < 0)
        digits[--at] = '-';
    text_add(text, digits + at, sizeof digits - at);
}

/* As numpy: four characters at least, the sign included. */
static void add_year(struct text *text, wide year)
{
    add_number(text, year, year < 0 ? 3 : 4);
}

static void add_month(struct text *text, wide year, int month)
{
    add_year(text, year);
    text_add_char(text, '-');
    add_number(text, month, 2);
}

/*
 * Days since 1970-01-01 as a date: 400 years have 146097 days; counted from a first of March, leap days come
 * last and months have a regular length of 153 days in five.
 */
static void add_date(struct text *text, wide days)
{
    wide day_of_era;
    wide era = floor_divide(days + 719468, 146097, &day_of_era);
    int doe = (int)day_of_era;
    int year_of_era = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int day_of_year = doe - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int march_month = (5 * day_of_year + 2) / 153;
    int day = day_of_year - (153 * march_month + 2) / 5 + 1;
    int month = march_month < 10 ? march_month + 3 : march_month - 9;
    add_month(text, era * 400 + year_of_era + (month <= 2), month);
    text_add_char(text, '-');
    add_number(text, day, 2);
}

/* parts: 1 hours, 2 and minutes, 3 and seconds; then so many digits of a second. */
static void add_time(struct text *text, wide seconds, int parts, wide fraction, int fraction_digits)
{
    wide second_of_day;
    wide days = floor_divide(seconds, 86400, &second_of_day);
    int s = (int)second_of_day;
    const int part[] = {s / 3600, s / 60 % 60, s % 60};
    add_date(text, days);
    for (int i = 0; i < parts; i++) {
        text_add_char(text, i == 0 ? 'T' : ':');
        add_number(text, part[i], 2);
    }
    if (fraction_digits > 0) {
        text_add_char(text, '.');
        add_number(text, fraction, fraction_digits);
    }
}

static void add_subsecond(struct text *text, wide count, int digits)
{
    wide per_second = 1, fraction;
    for (int i = 0; i < digits; i++)
        per_second *= 10;
    wide seconds = floor_divide(count, per_second, &fraction);
    add_time(text, seconds, 3, fraction, digits);
}

static void add_counted(struct text *text, wide count, const char *unit)
{
    static const char *const subsecond[] = {"ms", "us", "ns", "ps", "fs", "as"};
    for (int i = 0; i < 6; i++)
        if (strncmp(unit, subsecond[i], 2) == 0) {
            add_subsecond(text, count, 3 * (i + 1));
            return;
        }
    wide month, year;
    switch (unit[0]) {
    case 'Y':
        add_year(text, 1970 + count);
        break;
    case 'M':
        year = floor_divide(count, 12, &month);
        add_month(text, 1970 + year, (int)month + 1);
        break;
    case 'W':
        add_date(text, count * 7);
        break;
    case 'D':
        add_date(text, count);
        break;
    case 'h':
        add_time(text, count * 3600, 1, 0, 0);
        break;
    case 'm':
        add_time(text, count * 60, 2, 0, 0);
        break;
    case 's':
        add_time(text, count, 3, 0, 0);
        break;
    }
}

void datetime_add(struct text *text, int64_t value, const char *unit)
{
    if (value == INT64_MIN) {
        text_add_string(text, "NaT");
        return;
    }
    if (unit[0] == '\0') {
        text_add_i64(text, value);
        return;
    }
    int64_t multiple = 0;
    for (unit++; *unit >= '0' && *unit <= '9'; unit++)
        multiple = multiple * 10 + (*unit - '0');
    add_counted(text, (wide)value * (multiple > 0 ? multiple : 1), unit);
}
