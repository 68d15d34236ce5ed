/*
 * Any bytes as what /proc says: of maps, stat, status and cgroup. Whoever names a file, a program or a cgroup
 * writes part of them. What is taken from a text lies within it, and is what its kind allows.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/process/census.h"
#include "core/process/maps.h"
#include "core/process/unit.h"
#include "tests/fuzz/target.h"

const char fuzz_corpus[] = "proc";

#define CHECK(condition) ((condition) ? (void)0 : abort())
#define LENGTH_MAX       (1 << 17)

static void check_map(const char *line)
{
    struct map map;
    const char *path;
    if (!map_parse(line, &map, &path))
        return;
    size_t length = strlen(line);
    CHECK(path >= line && path <= line + length && *path != ' ');
    char *copy = strdup(path);
    map_unescape(copy);
    CHECK(strlen(copy) <= strlen(path) && (strlen(path) - strlen(copy)) % 3 == 0);
    CHECK(strstr(path, "\\012") || strcmp(copy, path) == 0);
    free(copy);
}

static void check_stat(const char *text)
{
    struct process_stat stat = {.state = '\0'};
    struct boot_clock clock = {.booted = INT64_MAX / 2, .tick = 10000000};
    if (!procfs_parse_stat(text, &stat))
        return;
    CHECK(stat.state != '\0');
    CHECK(boot_clock_time(&clock, stat.started) >= 0);
}

static void check_unit(const char *text)
{
    char unit[UNIT_MAX], cut[4];
    memset(unit, '#', sizeof unit);
    bool found = unit_parse(text, unit, sizeof unit);
    CHECK(unit_parse(text, cut, sizeof cut) == found);
    if (!found)
        return;
    CHECK(memchr(unit, '\0', sizeof unit) && *unit);
    CHECK(!strpbrk(unit, "/\n") && strncmp(unit, cut, 3) == 0);
}

/* The text cut into lines as a file is. */
struct reading {
    const char *at;
    size_t lines;
    struct citizen citizen;
};

static void take_line(void *context, char *line)
{
    struct reading *reading = context;
    size_t length = strlen(line);
    CHECK(memcmp(reading->at, line, length) == 0);
    const char *end = memchr(reading->at, '\n', LENGTH_MAX);
    reading->at = end ? end + 1 : reading->at + length;
    reading->lines++;
    check_map(line);
    citizen_take_line(&reading->citizen, line);
}

static void check_lines(const char *text, size_t size)
{
    static int fd = -1;
    static char room[2 * LENGTH_MAX];
    if (fd < 0)
        fd = memfd_create("proc", MFD_CLOEXEC);
    CHECK(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, text, size, 0) == (ssize_t)size);
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    memcpy(room, text, size);
    room[size] = '\n'; /* where a last line without an end stops */
    struct reading reading = {.at = room, .citizen = {.process = -1, .pids = {1}, .pid_count = 1}};
    CHECK(procfs_each_line_of(fd, take_line, &reading) == 0);
    size_t lines = size && text[size - 1] != '\n';
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    CHECK(lines == reading.lines);
    CHECK(reading.citizen.pid_count >= 1 && reading.citizen.pid_count <= CITIZEN_LEVELS);
    for (size_t i = 0; i < reading.citizen.pid_count; i++)
        CHECK(reading.citizen.pids[i] > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= LENGTH_MAX / 4)
        return 0;
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    check_stat(text);
    check_unit(text);
    check_lines(text, size);
    free(text);
    return 0;
}
