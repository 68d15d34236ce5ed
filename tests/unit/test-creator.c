#include "tests/support/test.h"

#include <errno.h>
#include <unistd.h>

#include "core/catalog/catalog.h"
#include "core/process/creator.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

static struct tmpdir tmpdir;
static struct directory *directory;

static int setup(void **state)
{
    (void)state;
    tmpdir_make(&tmpdir);
    assert_int_equal(directory_open(&directory, tmpdir.path, true, NULL), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    directory_close(directory);
    tmpdir_remove(&tmpdir);
    return 0;
}

/* As ImageStreamIO 2.00 writes it: 8 floats. */
static void make_image(uint8_t *bytes, size_t size, int32_t creator, int32_t owner)
{
    uint64_t data = size - 384, count = data / 4;
    uint32_t width = (uint32_t)count;
    memset(bytes, 0, size);
    memcpy(bytes, "2.00", 4);
    memcpy(bytes + 32, "frames", 6);
    bytes[112] = 1;
    memcpy(bytes + 116, &width, 4);
    memcpy(bytes + 128, &count, 8);
    bytes[136] = 9;
    bytes[240] = 0xff;
    memcpy(bytes + 216, &creator, 4);
    memcpy(bytes + 220, &owner, 4);
    memcpy(bytes + 312, &data, 8);
}

/* As PulseAudio writes it: what it shares, then a page that begins with the marker. */
static size_t write_pulse(const char *name, uint32_t marker, int32_t pid)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = 3 * page;
    uint8_t *bytes = calloc(1, size);
    memcpy(bytes + 2 * page, &marker, 4);
    memcpy(bytes + 2 * page + 4, &pid, 4);
    tmpdir_write(&tmpdir, name, bytes, size);
    free(bytes);
    return size;
}

static pid_t creator_of(const char *name)
{
    struct segment segment = {0};
    struct error error;
    assert_int_equal(segment_stat(directory, name, &segment, &error), 0);
    assert_int_equal(segment_recognise(directory, &segment, &error), 0);
    creator_read(directory, &segment, NULL);
    pid_t pid = segment.creator_pid;
    segment_clear(&segment);
    return pid;
}

static void the_header_of_an_image_stream_tells(void **state)
{
    (void)state;
    uint8_t bytes[384 + 32];
    make_image(bytes, sizeof bytes, 4711, 4712);
    tmpdir_write(&tmpdir, "frames.im.shm", bytes, sizeof bytes);
    assert_int_equal(creator_of("frames.im.shm"), 4711);
    make_image(bytes, sizeof bytes, 0, 4712);
    tmpdir_write(&tmpdir, "frames.im.shm", bytes, sizeof bytes);
    assert_int_equal(creator_of("frames.im.shm"), 4712);
}

static void the_trailer_of_pulseaudio_tells(void **state)
{
    (void)state;
    write_pulse("pulse-shm-1804289383", 0xBEEFCAFE, 815);
    assert_int_equal(creator_of("pulse-shm-1804289383"), 815);
    write_pulse("pulse-shm-1", 0xBEEFCAFF, 815);
    assert_int_equal(creator_of("pulse-shm-1"), 0);
    write_pulse("pulse-shm-2", 0xBEEFCAFE, -1);
    assert_int_equal(creator_of("pulse-shm-2"), 0);
}

/* Whoever writes such a header as something else writes it for a segment of his own. */
static void the_bytes_tell_whatever_the_name(void **state)
{
    (void)state;
    uint8_t bytes[384 + 32];
    make_image(bytes, sizeof bytes, 4711, 0);
    tmpdir_write(&tmpdir, "prices.shm", bytes, sizeof bytes);
    assert_int_equal(creator_of("prices.shm"), 4711);
    tmpdir_write(&tmpdir, "PostgreSQL.12", bytes,
                 sizeof bytes); /* protected by its name, whose pid is none */
    assert_int_equal(creator_of("PostgreSQL.12"), 0);
}

static void what_says_nothing_tells_nobody(void **state)
{
    (void)state;
    uint8_t bytes[384 + 32];
    make_image(bytes, sizeof bytes, 4711, 0);
    tmpdir_write(&tmpdir, "short.im.shm", bytes, 383);
    assert_int_equal(creator_of("short.im.shm"), 0);
    tmpdir_write(&tmpdir, "empty.im.shm", "", 0);
    assert_int_equal(creator_of("empty.im.shm"), 0);
    tmpdir_write(&tmpdir, "cut.im.shm", bytes, sizeof bytes - 1); /* less data than it says */
    assert_int_equal(creator_of("cut.im.shm"), 0);
    memcpy(bytes, "0.0.01", 6);
    tmpdir_write(&tmpdir, "old.im.shm", bytes, sizeof bytes);
    assert_int_equal(creator_of("old.im.shm"), 0);
    tmpdir_mkdir(&tmpdir, "directory.im.shm");
    assert_int_equal(creator_of("directory.im.shm"), 0);
}

static void another_one_under_its_name_is_not_looked_into(void **state)
{
    (void)state;
    uint8_t bytes[384 + 32];
    struct segment segment = {0};
    struct error error;
    make_image(bytes, sizeof bytes, 4711, 0);
    tmpdir_write(&tmpdir, "frames.im.shm", bytes, sizeof bytes);
    assert_int_equal(segment_stat(directory, "frames.im.shm", &segment, &error), 0);
    segment.id.inode++;
    creator_read(directory, &segment, NULL);
    assert_int_equal(segment.creator_pid, 0);
    segment_clear(&segment);
}

static void a_row_keeps_what_its_bytes_told(void **state)
{
    (void)state;
    struct catalog *catalog = catalog_new(NULL, NULL, NULL);
    struct segment segment = {.name = strdup("frames.im.shm"),
                              .id = {1, 2, 3},
                              .mode = S_IFREG | 0600,
                              .links = 1,
                              .recognised = true,
                              .layout = LAYOUT_RAW,
                              .creator_pid = 4711};
    catalog_begin(catalog, 0);
    catalog_put(catalog, &segment);
    catalog_commit(catalog);
    const struct row *row = catalog_find(catalog, "frames.im.shm");
    assert_int_equal(row->creator_pid, 4711);
    /* Only looked at from outside, and renamed: it is still the same one. */
    segment = (struct segment){
        .name = strdup("slopes.im.shm"), .id = {1, 2, 3}, .mode = S_IFREG | 0600, .links = 1};
    catalog_begin(catalog, 1);
    catalog_gone(catalog, "frames.im.shm");
    catalog_put(catalog, &segment);
    catalog_commit(catalog);
    assert_ptr_equal(catalog_find(catalog, "slopes.im.shm"), row);
    assert_int_equal(row->creator_pid, 4711);
    segment = (struct segment){.name = strdup("torch_12_3_4"),
                               .id = {1, 2, 3},
                               .mode = S_IFREG | 0600,
                               .links = 1,
                               .recognised = true,
                               .layout = LAYOUT_RAW};
    catalog_begin(catalog, 2);
    catalog_gone(catalog, "slopes.im.shm");
    catalog_put(catalog, &segment);
    catalog_commit(catalog);
    assert_int_equal(row->creator_pid, 12);
    catalog_free(catalog);
}

static int run_read(void *context)
{
    (void)context;
    struct segment segment = {0};
    struct error error;
    int r = segment_stat(directory, "frames.im.shm", &segment, &error);
    if (r == 0) {
        creator_read(directory, &segment, NULL);
        r = segment.creator_pid;
    }
    segment_clear(&segment);
    return r;
}

static void check_read(void *context, int result)
{
    (void)context;
    assert_true(result == -EIO || result == 0 || result == 4711);
}

static void a_failing_call_tells_nobody(void **state)
{
    (void)state;
    uint8_t bytes[384 + 32];
    make_image(bytes, sizeof bytes, 4711, 0);
    tmpdir_write(&tmpdir, "frames.im.shm", bytes, sizeof bytes);
    fault_each(FAULT_ERROR, EIO, run_read, check_read, NULL);
    fault_each(FAULT_SHORT, 0, run_read, check_read, NULL);
    fault_each(FAULT_INTERRUPT, 0, run_read, check_read, NULL);
}

/* Any bytes at all: a pid or none. */
static void no_bytes_are_too_strange(void **state)
{
    (void)state;
    uint8_t bytes[384 + 32];
    uint32_t seed = 3;
    for (unsigned round = 0; round < 500; round++) {
        make_image(bytes, sizeof bytes, 4711, 0);
        for (unsigned i = 0; i < 4; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[(seed >> 8) % sizeof bytes] = (uint8_t)(seed >> 24);
        }
        tmpdir_write(&tmpdir, "frames.im.shm", bytes, sizeof bytes);
        pid_t pid = creator_of("frames.im.shm");
        assert_true(pid >= 0 && pid <= 1 << 22);
    }
}

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(the_header_of_an_image_stream_tells),
        WITH_DIRECTORY(the_trailer_of_pulseaudio_tells),
        WITH_DIRECTORY(the_bytes_tell_whatever_the_name),
        WITH_DIRECTORY(what_says_nothing_tells_nobody),
        WITH_DIRECTORY(another_one_under_its_name_is_not_looked_into),
        cmocka_unit_test(a_row_keeps_what_its_bytes_told),
        WITH_DIRECTORY(a_failing_call_tells_nobody),
        WITH_DIRECTORY(no_bytes_are_too_strange),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
