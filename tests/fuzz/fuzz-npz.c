/*
 * Any bytes as an .npz: each of the first members is read to its end; what comes out is what its
 * header promised, and every refusal has its words.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/source/npz.h"
#include "tests/fuzz/target.h"

const char fuzz_corpus[] = "npz";

#define CHECK(condition) ((condition) ? (void)0 : abort())
#define READ_MAX         (1u << 20) /* of data, so that one input does not take all the time */

static void check_text(const struct error *error, int code)
{
    CHECK(error->code == -code && error->text[0] != '\0');
    for (const char *at = error->text; *at; at++)
        CHECK((unsigned char)*at >= ' ' && *at != 0x7f);
}

static void read_through(struct npz_matrix *npz)
{
    struct error error = {0};
    uint64_t bytes = npz->bytes < READ_MAX ? npz->bytes : READ_MAX;
    uint8_t *buf = malloc(bytes + 1);
    ssize_t n = npz_read(npz, buf, bytes, &error);
    if (n > 0)
        npz_check(npz, buf, (size_t)n);
    free(buf);
    if (n < 0) {
        check_text(&error, (int)n);
        return;
    }
    CHECK((uint64_t)n == bytes);
    if (npz->left > 0)
        return;
    int r = npz_finish(npz, &error);
    if (r < 0)
        check_text(&error, r);
}

static void look_at(struct archive *archive, const struct archive_member *member)
{
    struct error error = {0};
    struct npz_matrix npz;
    size_t length = npz_key_length(archive, member);
    CHECK(length <= strlen(member->name));
    CHECK(archive_find(archive, member->name, strlen(member->name), "") == member);
    int r = npz_open(&npz, archive, member, &error);
    if (r < 0) {
        check_text(&error, r);
        return;
    }
    read_through(&npz);
    npz_close(&npz);
}

static void choose(struct archive *archive)
{
    static const char *const keys[] = {NULL, "a", "b.npy", "\\x1b"};
    for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct error error = {0};
        const struct archive_member *member;
        int r = npz_choose(archive, keys[i], &member, &error);
        if (r < 0)
            check_text(&error, r);
    }
}

/* One file for all inputs: it is written anew each time. */
static int file_of(const uint8_t *data, size_t size)
{
    static int fd = -1;
    if (fd < 0)
        fd = memfd_create("fuzz-npz", MFD_CLOEXEC);
    CHECK(fd >= 0 && ftruncate(fd, (off_t)size) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {.fd = file_of(data, size), .size = size};
    struct statx facts;
    CHECK(statx(input.fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &facts) == 0);
    input.fingerprint = (struct fingerprint){facts.stx_size, facts.stx_mtime.tv_sec, facts.stx_mtime.tv_nsec};
    struct error error = {0};
    struct archive *archive;
    int r = archive_open(&archive, &input, &error);
    if (r < 0) {
        check_text(&error, r);
        return 0;
    }
    for (size_t i = 0; i < archive_count(archive) && i < 10; i++)
        look_at(archive, archive_get(archive, i));
    choose(archive);
    archive_close(archive);
    return 0;
}
