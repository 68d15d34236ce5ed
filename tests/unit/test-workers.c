#include "tests/support/test.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "core/sys/workers.h"

#define DEADLINE_MS 20000

static struct workers *start(void)
{
    struct workers *workers;
    assert_int_equal(workers_new(&workers, NULL), 0);
    return workers;
}

static struct message next(struct workers *workers)
{
    struct message message;
    while (!workers_take(workers, &message)) {
        struct pollfd fd = {.fd = workers_fd(workers), .events = POLLIN};
        assert_int_equal(poll(&fd, 1, DEADLINE_MS), 1);
    }
    return message;
}

static void expect(struct workers *workers, job_id job, int kind, const char *payload)
{
    struct message message = next(workers);
    assert_int_equal(message.job, job);
    assert_int_equal(message.kind, kind);
    if (payload)
        assert_string_equal(message.payload, payload);
    else
        assert_null(message.payload);
    message_free(&message);
}

static void echo(struct job *job, void *argument)
{
    job_post(job, 7, strdup(argument), free);
}

/* A job that says that it runs and then waits to be let go, or cancelled. */
struct gate {
    sem_t entered, go;
};

static void gate_init(struct gate *gate)
{
    sem_init(&gate->entered, 0, 0);
    sem_init(&gate->go, 0, 0);
}

static void pass(struct job *job, void *argument)
{
    struct gate *gate = argument;
    progress_set_total(job_progress(job), 10);
    progress_add(job_progress(job), 3);
    sem_post(&gate->entered);
    sem_wait(&gate->go);
}

static void until_cancelled(struct job *job, void *argument)
{
    struct gate *gate = argument;
    sem_post(&gate->entered);
    while (!job_cancelled(job))
        sched_yield();
}

static void a_job_reports_and_ends(void **state)
{
    (void)state;
    struct workers *workers = start();
    job_id id = workers_submit(workers, LANE_LOOK, false, echo, strdup("hello"), free);
    assert_int_not_equal(id, 0);
    expect(workers, id, 7, "hello");
    expect(workers, id, MESSAGE_DONE, NULL);
    struct pollfd fd = {.fd = workers_fd(workers), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 0), 0); /* nothing waits, so nothing wakes the loop */
    struct message message;
    assert_false(workers_take(workers, &message));
    workers_free(workers);
}

static void a_lane_keeps_its_order_and_urgent_ones_go_first(void **state)
{
    (void)state;
    struct workers *workers = start();
    struct gate gate;
    gate_init(&gate);
    job_id held = workers_submit(workers, LANE_LOOK, false, pass, &gate, NULL);
    sem_wait(&gate.entered);
    job_id a = workers_submit(workers, LANE_LOOK, false, echo, strdup("a"), free);
    job_id b = workers_submit(workers, LANE_LOOK, false, echo, strdup("b"), free);
    job_id urgent = workers_submit(workers, LANE_LOOK, true, echo, strdup("urgent"), free);
    job_id other = workers_submit(workers, LANE_SWEEP, false, echo, strdup("other"), free);
    expect(workers, other, 7, "other"); /* another lane does not wait */
    expect(workers, other, MESSAGE_DONE, NULL);
    sem_post(&gate.go);
    expect(workers, held, MESSAGE_DONE, NULL);
    expect(workers, urgent, 7, "urgent");
    expect(workers, urgent, MESSAGE_DONE, NULL);
    expect(workers, a, 7, "a");
    expect(workers, a, MESSAGE_DONE, NULL);
    expect(workers, b, 7, "b");
    expect(workers, b, MESSAGE_DONE, NULL);
    workers_free(workers);
}

static void progress_is_seen_while_a_job_runs(void **state)
{
    (void)state;
    struct workers *workers = start();
    struct gate gate;
    struct progress progress = {.lost = 1};
    gate_init(&gate);
    job_id id = workers_submit(workers, LANE_JOB, false, pass, &gate, NULL);
    sem_wait(&gate.entered);
    assert_true(workers_progress(workers, id, &progress));
    assert_int_equal(progress.done, 3);
    assert_int_equal(progress.total, 10);
    assert_int_equal(progress.lost, 0);
    assert_false(workers_progress(workers, id + 1, &progress));
    sem_post(&gate.go);
    expect(workers, id, MESSAGE_DONE, NULL);
    assert_false(workers_progress(workers, id, &progress));
    workers_free(workers);
}

static _Atomic int freed;
static void count_free(void *argument)
{
    (void)argument;
    freed++;
}

static void a_cancelled_job_still_says_that_it_is_done(void **state)
{
    (void)state;
    struct workers *workers = start();
    struct gate gate;
    gate_init(&gate);
    freed = 0;
    job_id running = workers_submit(workers, LANE_JOB, false, until_cancelled, &gate, count_free);
    job_id waiting = workers_submit(workers, LANE_JOB, false, echo, NULL, count_free);
    sem_wait(&gate.entered);
    workers_cancel(workers, 12345);
    workers_cancel(workers, waiting);
    struct message message = next(workers);
    assert_int_equal(message.job, waiting);
    assert_int_equal(message.kind, MESSAGE_DONE);
    assert_true(message.cancelled);
    assert_int_equal(freed, 1);
    workers_cancel(workers, running);
    message = next(workers);
    assert_int_equal(message.job, running);
    assert_true(message.cancelled);
    assert_int_equal(freed, 2);
    workers_free(workers);
}

static void ending_takes_everything_along(void **state)
{
    (void)state;
    struct workers *workers = start();
    struct gate gate;
    gate_init(&gate);
    freed = 0;
    workers_submit(workers, LANE_LOOK, false, until_cancelled, &gate, count_free);
    workers_submit(workers, LANE_LOOK, false, echo, NULL, count_free);
    workers_submit(workers, LANE_SWEEP, false, echo, strdup("not taken"), free);
    sem_wait(&gate.entered);
    workers_free(workers); /* a leak would be the sanitizer's to find */
    assert_int_equal(freed, 2);
    workers_free(NULL);
}

static void note_mask(struct job *job, void *argument)
{
    (void)job;
    pthread_sigmask(SIG_SETMASK, NULL, argument);
}

static void signals_stay_with_the_loop(void **state)
{
    (void)state;
    struct workers *workers = start();
    sigset_t mask, own;
    job_id id = workers_submit(workers, LANE_JOB, false, note_mask, &mask, NULL);
    expect(workers, id, MESSAGE_DONE, NULL);
    assert_true(sigismember(&mask, SIGINT) && sigismember(&mask, SIGWINCH) && sigismember(&mask, SIGTERM));
    assert_false(sigismember(&mask, SIGSEGV) || sigismember(&mask, SIGBUS));
    pthread_sigmask(SIG_SETMASK, NULL, &own);
    assert_false(sigismember(&own, SIGINT));
    workers_free(workers);
}

struct cover {
    _Atomic unsigned char hits[1000];
    _Atomic unsigned calls;
    uint64_t fail_at;
};

static int cover(void *context, uint64_t first, uint64_t count, struct error *error)
{
    struct cover *cover = context;
    cover->calls++;
    if (cover->fail_at && first <= cover->fail_at && cover->fail_at < first + count)
        return error_set(error, EIO, "at %llu", (unsigned long long)cover->fail_at);
    for (uint64_t i = first; i < first + count; i++)
        cover->hits[i]++;
    return 0;
}

static void ranges_cover_all_once(void **state)
{
    (void)state;
    for (unsigned threads = 0; threads < 6; threads++)
        for (uint64_t grain = 1; grain < 1200; grain = grain * 3 + 1) {
            struct cover c = {0};
            assert_int_equal(parallel_ranges(1000, grain, threads, cover, &c, NULL, NULL), 0);
            assert_int_equal(c.calls, (1000 + grain - 1) / grain);
            for (size_t i = 0; i < 1000; i++)
                assert_int_equal(c.hits[i], 1);
        }
    struct cover c = {0};
    assert_int_equal(parallel_ranges(0, 10, 4, cover, &c, NULL, NULL), 0);
    assert_int_equal(c.calls, 0);
}

static void ranges_stop_at_the_first_failure_or_cancel(void **state)
{
    (void)state;
    struct cover c = {.fail_at = 5};
    struct error error = {0};
    assert_int_equal(parallel_ranges(1000, 10, 1, cover, &c, NULL, &error), -EIO);
    assert_string_equal(error.text, "at 5");
    assert_int_equal(c.calls, 1);
    assert_int_equal(parallel_ranges(1000, 10, 4, cover, &c, NULL, &error), -EIO);
    struct progress progress = {.cancel = true};
    struct cover none = {0};
    assert_int_equal(parallel_ranges(1000, 10, 4, cover, &none, &progress, &error), -ECANCELED);
    assert_int_equal(none.calls, 0);
    /* Ranges are numbered, so that nothing overflows near the top. */
    struct cover top = {.fail_at = 1};
    assert_int_equal(parallel_ranges(UINT64_MAX, UINT64_MAX - 1, 1, cover, &top, NULL, NULL), -EIO);
}

static void useful_threads_are_at_least_one(void **state)
{
    (void)state;
    assert_int_equal(workers_useful_threads(0), 1);
    assert_int_equal(workers_useful_threads(1), 1);
    assert_true(workers_useful_threads(64) >= 1 && workers_useful_threads(64) <= 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_reports_and_ends),
        cmocka_unit_test(a_lane_keeps_its_order_and_urgent_ones_go_first),
        cmocka_unit_test(progress_is_seen_while_a_job_runs),
        cmocka_unit_test(a_cancelled_job_still_says_that_it_is_done),
        cmocka_unit_test(ending_takes_everything_along),
        cmocka_unit_test(signals_stay_with_the_loop),
        cmocka_unit_test(ranges_cover_all_once),
        cmocka_unit_test(ranges_stop_at_the_first_failure_or_cancel),
        cmocka_unit_test(useful_threads_are_at_least_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
