/*
 * The console and real holders: who maps a segment is shown, and that it is gone; a deleted one stays as long
 * as its memory does, and goes with it.
 */
#include "tests/support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/alone.h"
#include "tests/support/pty.h"
#include "tests/support/tmpdir.h"

#define SIZE (1 << 20)

static struct tmpdir *directory;
static pid_t holder;

static int setup(void **state)
{
    tmpdir_setup(state);
    directory = *state;
    holder = 0;
    return 0;
}

static void end_holder(void)
{
    if (holder > 0) {
        kill(holder, SIGKILL);
        waitpid(holder, NULL, 0);
    }
    holder = 0;
}

static int teardown(void **state)
{
    end_holder();
    pty_teardown(state);
    return tmpdir_teardown(state);
}

/* A child that maps the whole of it and has no descriptor any more. */
static void hold(const char *name, bool writable)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    holder = fork();
    assert_true(holder >= 0);
    if (holder == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, "dashboard");
        int fd = open(tmpdir_path(directory, name), writable ? O_RDWR : O_RDONLY);
        void *map = mmap(NULL, SIZE, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
        close(fd);
        if (map == MAP_FAILED || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
}

static struct pty *start(void)
{
    const char *const argv[] = {getenv("SHMTOP"), "-d", directory->path, NULL};
    return pty_start(&(struct pty_options){.argv = argv, .columns = 100});
}

/* Sweeps take at most 2 % of a core: with very many processes on the machine the next one comes late. */
#define SWEEP_WAIT_MS 60000

static bool shows(struct pty *pty, void *text)
{
    return pty_has(pty, text);
}

static bool lacks(struct pty *pty, void *text)
{
    return !pty_has(pty, text);
}

static void wait_swept(struct pty *pty, const char *text, bool present)
{
    if (!pty_wait(pty, present ? shows : lacks, (char *)text, SWEEP_WAIT_MS)) {
        pty_print(pty);
        fail_msg("%s: %s", present ? "never shown" : "still shown", text);
    }
}

static void make(const char *name)
{
    char *text = calloc(SIZE + 1, 1);
    memset(text, 'x', SIZE);
    tmpdir_write_text(directory, name, text);
    free(text);
}

static const char *held_by(void)
{
    static char text[64];
    snprintf(text, sizeof text, "%d dashboard", (int)holder);
    return text;
}

static void who_maps_it_is_shown_until_it_is_killed(void **state)
{
    (void)state;
    make("prices.shm");
    hold("prices.shm", true);
    struct pty *pty = start();
    wait_swept(pty, held_by(), true);
    wait_swept(pty, "live: mapped or open by ", true);
    wait_swept(pty, "deleting gives back nothing now, 1.0M when its process ends", true);
    pty_keys(pty, "u");
    pty_wait_text(pty, "Who holds prices.shm");
    pty_wait_text(pty, "test-console-holders"); /* its command line */
    pty_keys(pty, "q");
    end_holder(); /* a writer: the directory's watch tells */
    wait_swept(pty, "idle: nobody", true);
    wait_swept(pty, "deleting gives back 1.0M", true);
    assert_false(pty_has(pty, "dashboard"));
}

/* Long before a sweep would tell: 16 s at least after nothing happened. */
#define AT_ONCE_MS 5000

static void wait_at_once(struct pty *pty, const char *text)
{
    if (!pty_wait(pty, shows, (char *)text, AT_ONCE_MS)) {
        pty_print(pty);
        fail_msg("not shown at once: %s", text);
    }
}

/* No file system tells of its end: its map may only be read, and it has no descriptor. */
static void a_reader_that_is_killed_is_gone_at_once(void **state)
{
    (void)state;
    make("prices.shm");
    hold("prices.shm", false);
    struct pty *pty = start();
    wait_swept(pty, held_by(), true);
    end_holder();
    wait_at_once(pty, "idle: nobody");
    assert_false(pty_has(pty, "dashboard"));
}

/* Its parent takes no note of it, as happens in containers. */
static void one_that_is_killed_and_not_waited_for_is_gone_at_once(void **state)
{
    char name[64], gone[64];
    (void)state;
    make("prices.shm");
    hold("prices.shm", false);
    snprintf(name, sizeof name, "torch_%d_1", (int)holder);
    snprintf(gone, sizeof gone, "creator pid %d is gone", (int)holder);
    make(name);
    struct pty *pty = start();
    wait_swept(pty, held_by(), true);
    pty_keys(pty, ":torch\r");
    wait_swept(pty, "idle: ", true);
    kill(holder, SIGKILL);
    wait_at_once(pty, gone);
    pty_keys(pty, "r:prices\r");
    wait_at_once(pty, "idle: nobody");
    pty_keys(pty, ":torch\r");
    wait_at_once(pty, gone);
}

static void a_dead_creators_segment_is_leaked(void **state)
{
    char name[64], gone[64];
    (void)state;
    make("other.shm");
    hold("other.shm", false);
    snprintf(name, sizeof name, "torch_%d_1", (int)holder);
    snprintf(gone, sizeof gone, "creator pid %d is gone", (int)holder);
    make(name);
    struct pty *pty = start();
    wait_swept(pty, held_by(), true);
    pty_keys(pty, ":torch\r");
    wait_swept(pty, "idle: ", true);
    end_holder();
    wait_at_once(pty, gone);
    assert_true(pty_has(pty, "leaked"));
}

static void a_deleted_one_stays_as_long_as_its_memory(void **state)
{
    (void)state;
    for (int writable = 0; writable < 2; writable++) {
        char back[96];
        make("old.shm");
        hold("old.shm", writable);
        struct pty *pty = start();
        wait_swept(pty, held_by(), true);
        tmpdir_unlink(directory, "old.shm");
        wait_swept(pty, "old.shm (unlinked)", true);
        wait_swept(pty, "unlinked: its name is gone; ", true);
        snprintf(back, sizeof back, "1.0M come back when process %d ends or lets go of it", (int)holder);
        wait_swept(pty, back, true);
        assert_false(pty_has(pty, "cannot be watched for"));
        end_holder();
        wait_swept(pty, "old.shm", false);
        pty_stop(pty);
    }
}

/* It was deleted before the console came: found by the sweep, watched through who holds it. */
static void one_that_was_deleted_before_is_found(void **state)
{
    (void)state;
    make("old.shm");
    hold("old.shm", false);
    tmpdir_unlink(directory, "old.shm");
    struct pty *pty = start();
    wait_swept(pty, "old.shm (unlinked)", true);
    wait_swept(pty, held_by(), true);
    end_holder();
    pty_keys(pty, "r");
    wait_swept(pty, "old.shm", false);
}

/* A child that has it open. */
static void keep_open(const char *name)
{
    int fd = open(tmpdir_path(directory, name), O_RDONLY);
    holder = fork();
    assert_true(fd >= 0 && holder >= 0);
    if (holder == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            pause();
    }
    close(fd);
}

static void what_lies_in_one_whose_name_is_gone_is_shown(void **state)
{
    (void)state;
    static const char head[118] = "{'descr': '<f4', 'fortran_order': False, 'shape': (17, 23), }";
    char npy[128 + 17 * 23 * 4] = "\x93NUMPY\x01\x00\x76\x00";
    memcpy(npy + 10, head, sizeof head);
    for (size_t i = 10; i < 127; i++)
        npy[i] = npy[i] ? npy[i] : ' ';
    npy[127] = '\n';
    tmpdir_write(directory, "old.shm", npy, sizeof npy);
    keep_open("old.shm");
    tmpdir_unlink(directory, "old.shm");
    struct pty *pty = start();
    pty_wait_text(pty, "float32");
    pty_wait_text(pty, "17 × 23");
    assert_true(pty_has(pty, "old.shm (unlinked)"));
    pty_keys(pty, "/type:f4 layout:npy\r");
    pty_wait_text(pty, "type:f4 layout:npy");
    pty_wait_text(pty, "17 × 23");
    end_holder();
    wait_swept(pty, "17 × 23", false);
}

static int run(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(who_maps_it_is_shown_until_it_is_killed),
        TEST(a_reader_that_is_killed_is_gone_at_once),
        TEST(one_that_is_killed_and_not_waited_for_is_gone_at_once),
        TEST(a_dead_creators_segment_is_leaked),
        TEST(a_deleted_one_stays_as_long_as_its_memory),
        TEST(one_that_was_deleted_before_is_found),
        TEST(what_lies_in_one_whose_name_is_gone_is_shown),
    };
    return cmocka_run_group_tests_name("holders", tests, NULL, NULL);
}

int main(void)
{
    return alone_run(run);
}
