#include "core/analysis/operand.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/matrix/half.h"
#include "core/matrix/number_read.h"

#define WHOLE_DIGITS 29 /* 10^29 < 2^100 */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* As a double; false where it is no number to the last byte. */
static bool read_double(const char *text, double *ret)
{
    char slack[OPERAND_MAX + 1 + NUMBER_READ_SLACK] = "";
    memcpy(slack, text, strlen(text));
    const char *end = number_read_double(slack, ret);
    return end && *end == '\0' && !isnan(*ret);
}

/* --- exactly --- */

/* 0.DIGITS · 10^point: digits without zeros at either end; none is zero. */
struct digits {
    bool negative;
    int count;
    int64_t point;
    char digit[OPERAND_MAX + 1];
};

/* Of a text that read_double took, and that is finite as written. */
static void read_digits(const char *text, struct digits *ret)
{
    struct digits digits = {.negative = *text == '-'};
    bool behind_point = false;
    text += *text == '-' || *text == '+';
    for (; is_digit(*text) || *text == '.'; text++) {
        if (*text == '.') {
            behind_point = true;
            continue;
        }
        bool leads = digits.count == 0 && *text == '0';
        if (!leads)
            digits.digit[digits.count++] = *text;
        digits.point += (behind_point ? 0 : !leads) - (behind_point && leads);
    }
    int64_t exponent = 0;
    if (*text) { /* e */
        bool negative = text[1] == '-';
        for (text += 1 + (text[1] == '-' || text[1] == '+'); *text; text++)
            exponent = exponent < INT32_MAX ? exponent * 10 + (*text - '0') : exponent;
        exponent = negative ? -exponent : exponent;
    }
    digits.point += exponent;
    while (digits.count > 0 && digits.digit[digits.count - 1] == '0')
        digits.count--;
    *ret = digits;
}

static struct operand_whole whole_of(const struct digits *digits)
{
    if (digits->count > 0 && digits->point > WHOLE_DIGITS)
        return (struct operand_whole){.floor = digits->negative ? -OPERAND_WHOLE_MAX : OPERAND_WHOLE_MAX,
                                      .is_whole = true};
    __int128 value = 0;
    for (int64_t i = 0; i < digits->point && digits->count > 0; i++)
        value = value * 10 + (i < digits->count ? digits->digit[i] - '0' : 0);
    bool is_whole = digits->count == 0 || digits->count <= digits->point;
    if (digits->negative)
        value = -value - !is_whole;
    return (struct operand_whole){.floor = value, .is_whole = is_whole};
}

bool operand_read_whole(const char *text, struct operand_whole *ret)
{
    double value;
    struct digits digits;
    if (!read_double(text, &value))
        return false;
    if (isinf(value) && !strpbrk(text, "0123456789")) {
        *ret = (struct operand_whole){.floor = value < 0 ? -OPERAND_WHOLE_MAX : OPERAND_WHOLE_MAX};
        return true;
    }
    read_digits(text, &digits);
    *ret = whole_of(&digits);
    return true;
}

/* --- in a float type --- */

/*
 * All digits of a positive double between 2^-151 and 2^129, into all[ALL_DIGITS], the units last; returns how
 * many of them stand behind the point. It is m · 2^e, and where e is negative m · 5^-e · 10^e: at most 53 + 3
 * · 204 bits, less than 210 digits.
 */
#define LIMBS      24
#define BASE       1000000000
#define ALL_DIGITS (LIMBS * 9)
static int write_digits(double value, char *all)
{
    uint32_t limb[LIMBS] = {0};
    int exponent;
    uint64_t m = (uint64_t)ldexp(frexp(value, &exponent), 53);
    exponent -= 53;
    int places = exponent < 0 ? -exponent : 0;
    limb[LIMBS - 1] = (uint32_t)(m % BASE);
    limb[LIMBS - 2] = (uint32_t)(m / BASE);
    for (int n = exponent < 0 ? -exponent : exponent; n > 0; n--) {
        uint64_t carry = 0;
        for (int i = LIMBS - 1; i >= 0; i--, carry /= BASE) {
            carry += (uint64_t)limb[i] * (exponent < 0 ? 5 : 2);
            limb[i] = (uint32_t)(carry % BASE);
        }
        assert(carry == 0);
    }
    for (int i = 0; i < LIMBS; i++)
        for (int k = 8; k >= 0; k--, limb[i] /= 10)
            all[i * 9 + k] = (char)('0' + limb[i] % 10);
    return places;
}

/* Whether digits are less (-1) or more (1) than such a double, or that. */
static int compare_with_double(const struct digits *digits, double value)
{
    char all[ALL_DIGITS];
    int places = write_digits(value, all), first = 0;
    while (all[first] == '0')
        first++;
    int point = ALL_DIGITS - first - places;
    if (digits->point != point)
        return digits->point < point ? -1 : 1;
    for (int i = 0; first + i < ALL_DIGITS || i < digits->count; i++) {
        char a = i < digits->count ? digits->digit[i] : '0',
             b = first + i < ALL_DIGITS ? all[first + i] : '0';
        if (a != b)
            return a < b ? -1 : 1;
    }
    return 0;
}

/* Of positive bits of a type of 2 or 4 bytes; inf is where the next value would lie. */
static double value_of(uint32_t bits, unsigned size)
{
    float value;
    if (size == 2)
        return bits == 0x7c00 ? 65536 : half_to_double((uint16_t)bits);
    if (bits == 0x7f800000)
        return 0x1p128;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t narrow(double value, unsigned size)
{
    float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    return size == 2 ? half_from_double(value) : bits;
}

/*
 * A positive number into a narrower type, rounded once. Its nearest double lies on the same side of a middle
 * between two values of the type, or is the middle; only then the digits decide.
 */
static uint32_t round_once(const struct digits *digits, double value, unsigned size)
{
    uint32_t bits = narrow(value, size);
    if (isinf(value) || value_of(bits, size) == value)
        return bits;
    uint32_t low = value_of(bits, size) > value ? bits - 1 : bits;
    if (value_of(low, size) / 2 + value_of(low + 1, size) / 2 != value)
        return bits;
    int side = compare_with_double(digits, value);
    return side == 0 ? bits : side < 0 ? low : low + 1;
}

static const uint64_t infinities[] = {[2] = 0x7c00, [4] = 0x7f800000, [8] = UINT64_C(0x7ff0000000000000)};

bool operand_read_float(const char *text, unsigned size, struct operand_float *ret)
{
    double value;
    struct digits digits;
    if (!read_double(text, &value))
        return false;
    bool negative = signbit(value) != 0, is_finite = strpbrk(text, "0123456789");
    uint64_t bits;
    value = fabs(value);
    if (is_finite)
        read_digits(text, &digits);
    if (size == 8)
        memcpy(&bits, &value, sizeof bits);
    else
        bits = is_finite ? round_once(&digits, value, size) : infinities[size];
    ret->beyond = is_finite && bits == infinities[size];
    ret->bits = bits | (uint64_t)negative << (8 * size - 1);
    return true;
}

/* --- complex --- */

bool operand_split_complex(const char *text, char real[OPERAND_MAX + 1], char imaginary[OPERAND_MAX + 1])
{
    size_t length = strlen(text), at;
    if (length == 0)
        return false;
    if (text[length - 1] != 'j') {
        strcpy(real, text);
        strcpy(imaginary, "0");
        return true;
    }
    /* The last sign that is not an exponent's. */
    for (at = length - 1; at > 0; at--)
        if ((text[at] == '+' || text[at] == '-') && (text[at - 1] | 0x20) != 'e')
            break;
    strcpy(real, "0");
    if (at > 0) {
        memcpy(real, text, at);
        real[at] = '\0';
    }
    memcpy(imaginary, text + at, length - 1 - at);
    imaginary[length - 1 - at] = '\0';
    return true;
}

/* --- dates --- */

#define ATTOSECONDS_OF_DAY ((__int128)86400 * 1000000000000000000)

struct date {
    int64_t year;
    int month, day;
    __int128 time; /* of the day, in attoseconds */
};

/* Digits, from least to most of them; NULL where there are fewer. */
static const char *take_digits(const char *at, int least, int most, int64_t *ret)
{
    int64_t value = 0;
    int n = 0;
    for (; n < most && is_digit(at[n]); n++)
        value = value * 10 + (at[n] - '0');
    *ret = value;
    return n < least || is_digit(at[n]) ? NULL : at + n;
}

/* Behind a separator that stands there: two digits below a limit. As it was where there is no separator. */
static const char *take_part(const char *at, const char *separators, int limit, int64_t *ret, bool *ret_there)
{
    *ret_there = at && *at && strchr(separators, *at);
    if (!*ret_there)
        return at;
    at = take_digits(at + 1, 2, 2, ret);
    return at && *ret < limit ? at : NULL;
}

static int days_of_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* "T21:00:00.5", or less of it. */
static const char *take_time(const char *at, __int128 *ret)
{
    static const int limits[] = {24, 60, 60};
    int64_t part = 0;
    __int128 seconds = 0, fraction = 0;
    bool there = true;
    for (int i = 0; i < 3; i++) {
        if (there)
            at = take_part(at, i == 0 ? "T " : ":", limits[i], &part, &there);
        seconds = seconds * 60 + (there ? part : 0);
    }
    if (at && there && *at == '.') {
        int n = 0;
        for (at++; n < 18 && is_digit(*at); n++)
            fraction = fraction * 10 + (*at++ - '0');
        if (n == 0)
            return NULL;
        for (; n < 18; n++)
            fraction *= 10;
    }
    *ret = seconds * 1000000000000000000 + fraction;
    return at;
}

static bool read_date(const char *text, struct date *ret)
{
    struct date date = {.month = 1, .day = 1};
    int64_t month = 1, day = 1;
    bool negative = *text == '-', there, has_day;
    const char *begin = text;
    text += *text == '-' || *text == '+';
    text = take_digits(text, 1, 12, &date.year);
    if (!text || text - begin < 4) /* as they are printed: -001 has four characters too */
        return false;
    date.year = negative ? -date.year : date.year;
    text = take_part(text, "-", 13, &month, &there);
    if (!text || month < 1)
        return false;
    has_day = false;
    if (there)
        text = take_part(text, "-", 32, &day, &has_day);
    if (!text || day < 1 || day > days_of_month(date.year, (int)month))
        return false;
    if (has_day)
        text = take_time(text, &date.time);
    date.month = (int)month;
    date.day = (int)day;
    *ret = date;
    return text && *text == '\0';
}

/* Days since 1970-01-01, in years that begin with March, 400 of which have 146097 days. */
static int64_t days_of(const struct date *date)
{
    int64_t year = date->year - (date->month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (date->month + (date->month > 2 ? -3 : 9)) + 2) / 5 + date->day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct operand_whole divide(__int128 value, __int128 by, bool rest)
{
    __int128 floor = value / by - (value % by < 0);
    return (struct operand_whole){.floor = floor, .is_whole = !rest && value % by == 0};
}

/* Attoseconds of a unit that has a length, by the letters behind the count. */
static __int128 attoseconds(const char *unit)
{
    static const char *const parts[] = {"as", "fs", "ps", "ns", "us", "ms"};
    __int128 length = 1;
    for (int i = 0; i < 6; i++, length *= 1000)
        if (strncmp(unit, parts[i], 2) == 0)
            return length;
    switch (unit[0]) {
    case 's':
        return length;
    case 'm':
        return length * 60;
    case 'h':
        return length * 3600;
    case 'D':
        return length * 86400;
    default:
        return length * 86400 * 7;
    }
}

bool operand_read_date(const char *text, const char *unit, struct operand_whole *ret)
{
    struct date date;
    if (unit[0] == '\0') /* a bare count */
        return operand_read_whole(text, ret);
    if (!read_date(text, &date))
        return false;
    int64_t multiple = 0;
    for (unit++; is_digit(*unit); unit++)
        multiple = multiple * 10 + (*unit - '0');
    multiple = multiple > 0 ? multiple : 1;
    if (unit[0] == 'Y' || (unit[0] == 'M'))
        *ret = divide((date.year - 1970) * 12 + date.month - 1, multiple * (unit[0] == 'Y' ? 12 : 1),
                      date.day != 1 || date.time != 0);
    else
        *ret = divide(days_of(&date) * ATTOSECONDS_OF_DAY + date.time, multiple * attoseconds(unit), false);
    return true;
}

void operand_unquote(const char *text, char ret[OPERAND_MAX + 1])
{
    size_t length = strlen(text), n = 0;
    if (text[0] != '"') {
        memcpy(ret, text, length + 1);
        return;
    }
    for (size_t at = 1; at + 1 < length; at++) {
        ret[n++] = text[at];
        at += text[at] == '"';
    }
    ret[n] = '\0';
}
