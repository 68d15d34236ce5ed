#include "tests/support/test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/process/pattern.h"
#include "core/process/producers.h"
#include "core/sys/trusted.h"
#include "core/sys/calls.h"
#include "tests/support/fault.h"
#include "tests/support/tmpdir.h"

/* The label of the producer that protects a name; NULL. */
static const char *protector(const char *name)
{
    const struct producer *producer = producers_find(NULL, name, NULL);
    return producer_is_protected(producer) ? producer->label : NULL;
}

/* A name as each row of the field guide's table whose column Del says "no" or "live" makes it. */
static void every_name_of_a_live_service_is_protected(void **state)
{
    (void)state;
    const struct {
        const char *name;
        const char *owner;
    } cases[] = {
        {"sem.myapp_lock", "a POSIX semaphore"},
        {"sem.Xa91bQ", "a POSIX semaphore"},
        {"triton_python_backend_shm_region_1", "Triton"},
        {"triton_python_backend_shm_region_8d2f11aa-41c2", "Triton"},
        {"vineyard-bulk-aZ09xY", "vineyard"},
        {"frames_u8.im.shm", "ImageStreamIO"},
        {"PostgreSQL.1804289383", "PostgreSQL"},
        {"ora_ORCL_98304_0", "Oracle"},
        {"ora_MY_SID_1a2b3c_17", "Oracle"},
        {"squid-cache_mem_map_slices.shm", "Squid"},
        {"qb-2187-2190-32-XlAhBd", "corosync"},
        {"qb-2187-2190-32-XlAhBd/qb-request-cmap-data", "corosync"},
        {"qb-cpg-event-2187-data", "corosync"},
        {"qb-cpg-event-2187-header", "corosync"},
        {"libpod_lock", "Podman"},
        {"libpod_rootless_lock_1000", "Podman"},
        {"lttng-ust-wait-8", "LTTng"},
        {"lttng-ust-wait-8-1000", "LTTng"},
        {"jack-shm-registry", "JACK"},
        {"jack-1000-0", "JACK"},
        {"jack_sem.1000_default_system", "JACK"},
        {"jack_db-1000", "JACK"},
        {"jack_db-1000/metadata.db", "JACK"},
        {"qipc_sharedmemory_QtApp0a4d55a8d778e5022fab701977c5d840bbc486d0", "Qt"},
        {"qipc_systemsem_QtApp0a4d55a8d778e5022fab701977c5d840bbc486d0", "Qt"},
        {"u1000-Shm_7a3f9c", "Steam"},
        {"ValveIPCSHM_1000", "Steam"},
        {"wine-1a2b3c-fsync", "Wine"},
        {"rtemap_0", "DPDK"},
        {"iox2_0a4d55a8d778e5022fab701977c5d840bbc486d0_1.connection", "iceoryx2"},
        {"iox_mgmt", "iceoryx"},
        {"cyclonedds_psmx", "Cyclone DDS"},
        {"aeron-alice", "Aeron"},
        {"aeron-alice/cnc.dat", "Aeron"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *owner = protector(cases[i].name);
        if (!owner)
            fail_msg("%s is not protected", cases[i].name);
        assert_string_equal(owner, cases[i].owner);
    }
}

/* The other rows, names that only look like those above, and people's own. */
static void what_may_be_deleted_is_not_protected(void **state)
{
    (void)state;
    const char *const names[] = {
        "prices.shm",
        "psm_8d2f11aa",
        "sem.mp-a8_x1z9q",
        "sem.loky-4711-x81kq2",
        "sem.00112233-4455-11ee-8899-aabbccddeeff_bigmemory_counter_mutex",
        "sem.fastrtps_port7400_mutex",
        "joblib_memmapping_folder_4711_8a2b/4711-1-ab.pkl",
        "torch_4711_223344_0",
        "nccl-a1B2c3",
        "pulse-shm-1234",
        "fmq_8d2f11aa_mng",
        "psm2_shm.10000000000001",
        "wayland.mozilla.ipc.1",
        "PostgreSQL.",
        "PostgreSQL.12x",
        "xPostgreSQL.12",
        "PostgreSQL.12.shm",
        "ora_prices",
        "squid.shm",
        "jack-alice",
        "u-Shm_1",
        "wine-prices-fsync",
        "rtemap_",
        "aeron",
        "im.shm",
        "sem",
        "a\n/b",
        "",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (protector(names[i]))
            fail_msg("%s is protected", names[i]);
    }
}

static void the_longest_name_takes_no_longer_than_its_length(void **state)
{
    (void)state;
    char name[512];
    memset(name, '1', sizeof name);
    memcpy(name, "ora_", 4);
    for (size_t i = 5; i < sizeof name; i += 2)
        name[i] = '_';
    name[sizeof name - 1] = '\0';
    name[sizeof name - 2] = '.';
    assert_null(protector(name));
    name[sizeof name - 2] = '7';
    assert_non_null(protector(name));
}

/* --- the built-in table --- */

struct example {
    const char *name, *id;
    pid_t pid;
};

/* At least one for every row of the table, as the software named makes it. */
static const struct example examples[] = {
    {"psm_8d2f11aa", "cpython", 0},
    {"sem.mp-a8_x1z9q", "multiprocessing", 0},
    {"sem.loky-4711-x81kq2", "loky", 4711},
    {"joblib_memmapping_folder_4711_8a2bff_9", "joblib", 4711},
    {"joblib_memmapping_folder_4711_8a2bff_9/4712-140234-ab.pkl", "joblib", 4711},
    {"joblib_memmaping_pool_815_140234", "joblib", 815},
    {"joblib_memmapping_pool_815_140234", "joblib", 815},
    {"cute-shm.project.aB3dE6gH9k", "cute-shm", 0},
    {"torch_1394_2747491098_0", "pytorch", 1394},
    {"torch_1394_2747491098", "pytorch", 1394},
    {"paddle_4711_3_88112", "paddle", 4711},
    {"paddle_4711_88112", "paddle", 4711},
    {"mindspore_4711_88112_0", "mindspore", 4711},
    {"cuda.shm.3e8.1b2f.1", "cuda", 0},
    {"nccl-a1B2c3", "nccl", 0},
    {"nccl-shm-recv-9f8e7d6c5b4a-0-1-2", "nccl", 0},
    {"nccl-shm-send-9f8e7d6c5b4a-0-1-2", "nccl", 0},
    {"sgl_shm_mm_4711_8d2f11aa", "sglang", 4711},
    {"sgl_shm_kv_cache_4711_8d2f11aa", "sglang", 4711},
    {"sgl_shm_rank_0_4711_8d2f11aa", "sglang", 4711},
    {"multi_tokenizer_args_4711", "sglang", 4711},
    {"vllm_offload_7f9c24e8-3b12-4fef-91e0-56a2d5a1c7f1.mmap", "vllm", 0},
    {"000000_locals", "mosaicml", 0},
    {"000010_barrier", "mosaicml", 0},
    {"000010_next_epoch", "mosaicml", 0},
    {"000010_cache_usage", "mosaicml", 0},
    {"000010_shard_states", "mosaicml", 0},
    {"000010_shard_access_times", "mosaicml", 0},
    {"000010_resume", "mosaicml", 0},
    {"000000_epoch_shape", "mosaicml", 0},
    {"000000_epoch_data", "mosaicml", 0},
    {"triton_python_backend_shm_region_1", "triton", 0},
    {"plasmaXa91bQ", "ray", 0},
    {"vineyard-bulk-aZ09xY", "vineyard", 0},
    {"jl004711aB3dE6gH9kLmN0pQrStU", "julia", 0},
    {"sem.00112233-4455-11ee-8899-aabbccddeeff_bigmemory_counter_mutex", "bigmemory", 0},
    {"00112233-4455-11ee-8899-aabbccddeeff", "bigmemory", 0},
    {"00112233-4455-11ee-8899-aabbccddeeff_column_12", "bigmemory", 0},
    {"00112233-4455-11ee-8899-aabbccddeeff_counter", "bigmemory", 0},
    {"mori_1267_a", "mori", 0x1267},
    {"shared_object_package_spaceX64", "sharedobject", 0},
    {"sharedObjectCounter", "sharedobject", 0},
    {"frames_u8.im.shm", "imagestream", 0},
    {"vader_segment.node-7.1000.8f120001.3", "vader", 0},
    {"vader_segment.node.example.org.8f120001.3", "vader", 0},
    {"sm_segment.node-7.1000.8f120001.3", "openmpi", 0},
    {"sm_segment.node-7.8f120001.0", "openmpi", 0},
    {"open_mpi.0012", "openmpi", 0},
    {"ucx_shm_posix_4ac1f9", "ucx", 0},
    {"psm2_shm.100000000000000020103000", "psm2", 0},
    {"mpich_shar_tmpXa91bQ", "mpich", 0},
    {"__KMP_REGISTERED_LIB_4711_1000", "openmp", 4711},
    {"PostgreSQL.1804289383", "postgresql", 0},
    {"ora_ORCL_98304_0", "oracle", 0},
    {"squid-cache_mem_map_slices.shm", "squid", 0},
    {"qb-2187-2190-32-XlAhBd", "corosync", 2187},
    {"qb-2187-2190-32-XlAhBd/qb-request-cmap-data", "corosync", 2187},
    {"qb-cpg-event-2187-data", "corosync", 0},
    {"qb-cpg-event-2187-header", "corosync", 0},
    {"libpod_lock", "podman", 0},
    {"libpod_rootless_lock_1000", "podman", 0},
    {"lttng-ust-wait-8", "lttng", 0},
    {"lttng-ust-wait-8-1000", "lttng", 0},
    {"rtemap_0", "dpdk", 0},
    {"spdk_tgt_trace.pid123", "spdk", 123},
    {"pulse-shm-3735928559", "pulseaudio", 0},
    {"jack-shm-registry", "jack", 0},
    {"jack-1000-0", "jack", 0},
    {"jack_sem.1000_default_system", "jack", 0},
    {"jack_db-1000/metadata.db", "jack", 0},
    {".org.chromium.Chromium.Xa91bQ", "chromium", 0},
    {".com.google.Chrome.Xa91bQ", "chromium", 0},
    {"org.mozilla.ipc.4711.12", "firefox", 4711},
    {"snap.firefox.org.mozilla.ipc.4711.12", "firefox", 4711},
    {"wayland.mozilla.ipc.3", "firefox", 0},
    {"WK2SharedMemory.3735928559", "webkit", 0},
    {"qipc_sharedmemory_QtApp0a4d55a8d778e5022fab701977c5d840bbc486d0", "qt", 0},
    {"qipc_systemsem_QtApp0a4d55a8d778e5022fab701977c5d840bbc486d0", "qt", 0},
    {"shmpipe. 4711.    0", "gstreamer", 4711},
    {"shmpipe.123456.   12", "gstreamer", 123456},
    {"u1000-Shm_7a3f9c", "steam", 0},
    {"ValveIPCSHM_1000", "steam", 0},
    {"wine-1a2b3c-fsync", "wine", 0},
    {"doublemapper_4711", "dotnet", 4711},
    {"mono.4711", "mono", 4711},
    {"sem.fastrtps_port7400_mutex", "fastdds", 0},
    {"fastrtps_0123456789abcdef_el", "fastdds", 0},
    {"fastdds_0123456789abcdef", "fastdds", 0},
    {"iox2_0a4d55a8d778e5022fab701977c5d840bbc486d0_1.connection", "iceoryx2", 0},
    {"iox_mgmt", "iceoryx", 0},
    {"cyclonedds_psmx", "cyclonedds", 0},
    {"fmq_8d2f11aa_mng", "fairmq", 0},
    {"aeron-alice/cnc.dat", "aeron", 0},
    {"sem.myapp_lock", "semaphore", 0},
};
#define EXAMPLES (sizeof examples / sizeof examples[0])

static void check_example(const struct producers *producers, const struct example *example)
{
    pid_t pid = -1;
    const struct producer *producer = producers_find(producers, example->name, &pid);
    if (!producer)
        fail_msg("%s has no producer", example->name);
    assert_string_equal(producer->id, example->id);
    if (pid != example->pid)
        fail_msg("%s: pid %d, not %d", example->name, (int)pid, (int)example->pid);
    assert_true(pid == 0 || producer->creator == CREATOR_IN_NAME);
}

static void every_example_has_its_producer_and_its_pid(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXAMPLES; i++)
        check_example(NULL, &examples[i]);
}

static void every_row_of_the_table_has_an_example(void **state)
{
    (void)state;
    const struct producer *producer;
    for (size_t row = 0; (producer = producers_at(NULL, row)); row++) {
        bool found = false;
        for (size_t i = 0; i < EXAMPLES; i++)
            found |= producers_find(NULL, examples[i].name, NULL) == producer;
        for (enum layout layout = LAYOUT_UNKNOWN; layout <= LAYOUT_OTHER; layout++)
            found |= producers_find_recognised(NULL, "x", layout, NULL) == producer;
        if (!found)
            fail_msg("no example of %s %s", producer->id, producer->pattern);
    }
}

/* What only looks like it. */
static void what_could_be_anybodys_has_no_producer(void **state)
{
    (void)state;
    const char *const names[] = {
        "prices.shm",
        "psm_prices",
        "psm_8d2f11a",
        "psm_8d2f11aa1",
        "psm_8d2f11ag",
        "20240131_prices.shm",
        "202401_sales.shm",
        "torch_weights",
        "torch_1394",
        "torch__1",
        "nccl-results",
        "plasma_density",
        "plasma_field",
        "jl_matrix",
        "jl12345aB3dE6gH9kLmN0pQrStU",
        "550e8400-e29b-41d4-a716-446655440000",
        "mori_x_1",
        "mono.png",
        "shmpipe",
        "_trace.pid",
        "doublemapper_",
        "#123",
        "\xff\xfe",
        "",
        "/",
        "a/",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct producer *producer = producers_find(NULL, names[i], NULL);
        if (producer)
            fail_msg("%s is taken for %s", names[i], producer->id);
    }
}

static void a_number_that_is_no_pid_is_none(void **state)
{
    (void)state;
    const struct example cases[] = {
        {"torch_4194304_1_2", "pytorch", 4194304},
        {"torch_4194305_1_2", "pytorch", 0},
        {"torch_0_1_2", "pytorch", 0},
        {"torch_99999999999999999999999999999999_1_2", "pytorch", 0},
        {"mori_3fffff_1", "mori", 0x3fffff},
        {"mori_FFFFFFFFFFFFFFFFFFFF_1", "mori", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_example(NULL, &cases[i]);
}

static void only_what_is_never_left_and_tells_no_creator_goes_stale(void **state)
{
    (void)state;
    const char *const stale[] = {"psm_8d2f11aa",        "nccl-a1B2c3",
                                 "vllm_offload_1.mmap", "sem.mp-a8_x1z9q",
                                 "ucx_shm_posix_1",     "00112233-4455-11ee-8899-aabbccddeeff"};
    const char *const kept[] = {
        "torch_1394_27_0",      "frames.im.shm", "pulse-shm-1",  "PostgreSQL.1",
        "fastrtps_1_el",        "sem.mine",      "plasmaXa91bQ", "joblib_memmapping_folder_1_2",
        "cute-shm.p.aB3dE6gH9k"};
    for (size_t i = 0; i < sizeof stale / sizeof stale[0]; i++)
        assert_true(producer_leaves_none(producers_find(NULL, stale[i], NULL)));
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        assert_false(producer_leaves_none(producers_find(NULL, kept[i], NULL)));
    assert_false(producer_leaves_none(NULL));
}

/* --- patterns --- */

static bool matches(const char *pattern_text, const char *name, pid_t *ret_pid)
{
    struct pattern pattern;
    const char *problem = NULL;
    assert_true(pattern_parse(&pattern, pattern_text, strlen(pattern_text), &problem));
    bool ok = pattern_matches(&pattern, name, strlen(name));
    if (ok)
        assert_true(pattern_may_begin(&pattern, name[0]));
    *ret_pid = ok ? pattern_pid(&pattern, name, strlen(name)) : 0;
    return ok;
}

static void patterns_say_what_the_header_says(void **state)
{
    (void)state;
    const struct {
        const char *pattern, *name;
        bool fits;
        pid_t pid;
    } cases[] = {
        {"*", "", true, 0},
        {"*", "x", true, 0},
        {"**a**", "bab", true, 0},
        {"**a**", "bbb", false, 0},
        {"a*", "a", true, 0},
        {"?", "", false, 0},
        {"?{3}", "abc", true, 0},
        {"?{3}", "abcd", false, 0},
        {"x#{2}y", "x12y", true, 0},
        {"x#{2}y", "x123y", false, 0},
        {"x#y", "x123y", true, 0},
        {"x#y", "xy", false, 0},
        {"@", "aZ9", true, 0},
        {"@", "a_9", false, 0},
        {"&", "aF9", true, 0},
        {"&", "ag", false, 0},
        {"a\\*b", "a*b", true, 0},
        {"a\\*b", "axb", false, 0},
        {"\\#12", "#12", true, 0},
        {"<#>", "12", true, 12},
        {"<#>*", "12x34", true, 12},
        {"*<#>", "12x34", true, 34},
        {"*<#>*", "ab12x34", true, 12},
        {"<&>", "ff", true, 255},
        {"*.*<#>", "1.2.3", true, 3},
        {"a<#>*_#", "a12b_3_4", true, 12},
        {"a*_<#>", "a_12_34", true, 34},
        {"a*_<#>_@", "a_1_22_b3", true, 22},
        {"a*_<&>", "a_1f", true, 31},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pid_t pid;
        if (matches(cases[i].pattern, cases[i].name, &pid) != cases[i].fits)
            fail_msg("%s on '%s'", cases[i].pattern, cases[i].name);
        if (pid != cases[i].pid)
            fail_msg("%s on '%s': pid %d", cases[i].pattern, cases[i].name, (int)pid);
    }
}

static void what_is_no_pattern_is_refused(void **state)
{
    (void)state;
    const char *const texts[] = {
        "",      "<",          "<#",
        "<x>",   "<#>-<#>",    "#{0}",
        "#{41}", "#{",         "#{}",
        "#{x}",  "#{1",        "a\\",
        "a/b",   "?{40}?{23}", "123456789012345678901234567890123456789012345678901234567890123"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct pattern pattern;
        const char *problem = NULL;
        if (pattern_parse(&pattern, texts[i], strlen(texts[i]), &problem))
            fail_msg("'%s' is taken", texts[i]);
        assert_non_null(problem);
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* What the header says, tried in every way there is. */
static bool tried(const char *pattern, const char *name)
{
    if (!*pattern)
        return !*name;
    bool fits = *name && (*pattern == '*' || *pattern == '?' || *pattern == *name ||
                          (*pattern == '#' && strchr("0123456789", *name)) ||
                          (*pattern == '&' && strchr("0123456789abcdefABCDEF", *name)) ||
                          (*pattern == '@' && strchr("0123456789abcxyz", *name)));
    if (*pattern == '*')
        return tried(pattern + 1, name) || (fits && tried(pattern, name + 1));
    return fits && (tried(pattern + 1, name + 1) || (strchr("#&@", *pattern) && tried(pattern, name + 1)));
}

static void random_text(uint32_t *seed, const char *alphabet, size_t longest, char *ret)
{
    size_t length = next_random(seed) % longest + 1;
    for (size_t i = 0; i < length; i++)
        ret[i] = alphabet[next_random(seed) % strlen(alphabet)];
    ret[length] = '\0';
}

static void matching_is_as_if_every_way_were_tried(void **state)
{
    (void)state;
    uint32_t seed = 11;
    unsigned matched = 0;
    for (unsigned round = 0; round < 100000; round++) {
        char pattern[16], name[16];
        pid_t pid;
        random_text(&seed, "*?#&@1ax_", 6, pattern);
        random_text(&seed, "12ax_", 8, name);
        bool expected = tried(pattern, name);
        matched += expected;
        if (matches(pattern, name, &pid) != expected)
            fail_msg("%s on %s", pattern, name);
    }
    assert_true(matched > 1000);
}

/* Names of 255 bytes that nearly fit, or fit in many ways, in a time that nobody notices. */
static void a_name_of_many_numbers_takes_no_longer_than_others(void **state)
{
    (void)state;
    char name[256];
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = i % 2 ? '_' : '1';
    memcpy(name, "sgl_shm_", 8);
    name[255] = '\0';
    pid_t pid = -1;
    assert_non_null(producers_find(NULL, name, &pid));
    assert_true(pid == 0 || pid == 1);
    for (unsigned round = 0; round < 20000; round++) /* 20 s if each number were tried with the whole name */
        producers_find(NULL, name, &pid);
}

/* Bytes of known names, mixed: no name makes the search read where it should not (sanitizers tell), a pid is
 * in its range, and a name that no row begins like is nobody's. */
static void no_name_is_too_strange(void **state)
{
    (void)state;
    uint32_t seed = 7;
    char name[80];
    for (unsigned round = 0; round < 20000; round++) {
        const char *model = examples[next_random(&seed) % EXAMPLES].name;
        size_t length = strlen(model) < sizeof name ? strlen(model) : sizeof name - 1;
        memcpy(name, model, length);
        for (unsigned change = next_random(&seed) % 4; change > 0 && length > 0; change--)
            name[next_random(&seed) % length] = (char)(next_random(&seed) % 255 + 1);
        if (next_random(&seed) % 4 == 0)
            length -= next_random(&seed) % (length + 1);
        name[length] = '\0';
        char *exact = strdup(name);
        pid_t pid = -1;
        const struct producer *producer = producers_find(NULL, exact, &pid);
        assert_true(pid >= 0 && pid <= 4194304);
        assert_true(producer || pid == 0);
        free(exact);
    }
}

/* --- the file --- */

static struct producers *load_text(const struct tmpdir *tmpdir, const char *text)
{
    struct producers *producers = NULL;
    struct error error = {0};
    tmpdir_write_text(tmpdir, "producers", text);
    chmod(tmpdir_path(tmpdir, "producers"), 0644);
    if (producers_load(&producers, tmpdir_path(tmpdir, "producers"), &error) < 0)
        fail_msg("%s", error.text);
    assert_non_null(producers);
    return producers;
}

static void the_files_rows_go_before_the_built_in_ones(void **state)
{
    struct producers *producers = load_text(*state, "# ours\n\n"
                                                    "feed\tfeed_<#>_*.shm ok  Market feed \r\n"
                                                    "  vault vault-* never\n"
                                                    "psm psm_* ask our own Python\n"
                                                    "camera *.cam live content A camera");
    const struct example cases[] = {
        {"feed_12_a.shm", "feed", 12}, {"vault-1", "vault", 0},       {"psm_prices", "psm", 0},
        {"psm_8d2f11aa", "psm", 0},    {"torch_1_2_3", "pytorch", 1}, {"a.cam", "camera", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_example(producers, &cases[i]);
    const struct producer *feed = producers_find(producers, "feed_12_a.shm", NULL);
    assert_string_equal(feed->label, "Market feed");
    assert_string_equal(feed->pattern, "feed_<#>_*.shm");
    assert_int_equal(feed->disposal, DISPOSAL_OK);
    assert_string_equal(producers_find(producers, "vault-1", NULL)->label, "vault");
    assert_true(producer_is_protected(producers_find(producers, "vault-1", NULL)));
    assert_true(producers_find(producers, "a.cam", NULL)->creator == CREATOR_IN_CONTENT);
    for (size_t i = 6; i < EXAMPLES; i++)
        check_example(producers, &examples[i]);
    producers_free(producers);
}

static void no_file_is_the_built_in_table(void **state)
{
    struct producers *producers = (struct producers *)"untouched";
    struct error error = {0};
    assert_int_equal(producers_load(&producers, tmpdir_path(*state, "nothing"), &error), 0);
    assert_null(producers);
    assert_string_equal(error.text, "");
    producers_free(producers);
}

static void a_bad_line_is_named_with_what_was_expected(void **state)
{
    const struct {
        const char *text, *complaint;
    } cases[] = {
        {"a a* ok\nFeed x ok\n", "line 2: expected a short id"},
        {"a\n", "line 1: expected a pattern"},
        {"a b/c ok\n", "line 1: expected a pattern of one name"},
        {"a a_<#\n", "line 1: expected <#> or <&>"},
        {"a a*\n", "line 1: expected ask, ok, self, live or never"},
        {"a a* maybe\n", "line 1: expected ask, ok, self, live or never"},
        {"\n\n# x\na a<#> ok content\n", "line 4: expected the creator's pid in the name or in"},
        {"a a* ok b\x1b[2J\n", "line 1: expected a label of"},
        {"a a* ok \xff\n", "line 1: expected a label of"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct producers *producers = NULL;
        struct error error = {0};
        tmpdir_write_text(*state, "producers", cases[i].text);
        assert_int_equal(producers_load(&producers, tmpdir_path(*state, "producers"), &error), -EBADMSG);
        assert_null(producers);
        if (strncmp(error.text, cases[i].complaint, strlen(cases[i].complaint)) != 0)
            fail_msg("'%s' instead of '%s'", error.text, cases[i].complaint);
    }
    tmpdir_write(*state, "producers", "a a\0* ok\n", 9);
    struct producers *producers = NULL;
    assert_int_equal(producers_load(&producers, tmpdir_path(*state, "producers"), NULL), 0);
    producers_free(producers);
}

static int load_code(const struct tmpdir *tmpdir, const char *name)
{
    struct producers *producers = NULL;
    struct error error = {0};
    int r = producers_load(&producers, tmpdir_path(tmpdir, name), &error);
    assert_true(r == 0 || error.text[0]);
    producers_free(producers);
    return r;
}

static uid_t another_user(void)
{
    return 4711;
}

static void a_file_that_anybody_may_have_written_is_not_believed(void **state)
{
    struct tmpdir *tmpdir = *state;
    tmpdir_write_text(tmpdir, "producers", "a a* ok\n");
    chmod(tmpdir_path(tmpdir, "producers"), 0646);
    assert_int_equal(load_code(tmpdir, "producers"), -EPERM);
    chmod(tmpdir_path(tmpdir, "producers"), 0664);
    assert_int_equal(load_code(tmpdir, "producers"), 0);
    tmpdir_mkdir(tmpdir, "directory");
    assert_int_equal(load_code(tmpdir, "directory"), -ENOTSUP);
    tmpdir_fifo(tmpdir, "fifo");
    assert_int_equal(load_code(tmpdir, "fifo"), -ENOTSUP);
    tmpdir_write_sparse(tmpdir, "large", TRUSTED_MAX + 1);
    chmod(tmpdir_path(tmpdir, "large"), 0644);
    assert_int_equal(load_code(tmpdir, "large"), -EFBIG);
    if (geteuid() == 0 && chown(tmpdir_path(tmpdir, "producers"), 12, 0) == 0)
        assert_int_equal(load_code(tmpdir, "producers"), -EPERM);
    else
        sys.geteuid = another_user;
    assert_int_equal(load_code(tmpdir, "producers"), -EPERM);
    fault_reset();
}

static int run_load(void *context)
{
    return load_code(context, "producers");
}

static void check_load(void *context, int result)
{
    (void)context;
    assert_true(result == 0 || result == -EIO);
}

static void a_failing_call_is_said_and_leaves_nothing(void **state)
{
    tmpdir_write_text(*state, "producers", "a a* ok\n");
    chmod(tmpdir_path(*state, "producers"), 0644);
    assert_true(fault_each(FAULT_ERROR, EIO, run_load, check_load, *state) >= 4);
    assert_true(fault_each(FAULT_SHORT, 0, run_load, check_load, *state) >= 1);
}

static void bytes_tell_more_than_a_name_but_protect_less(void **state)
{
    pid_t pid;
    const struct producers *built_in = NULL;
    assert_string_equal(producers_find_recognised(built_in, "any", LAYOUT_SHAREDARRAY, &pid)->id,
                        "sharedarray");
    assert_string_equal(producers_find_recognised(built_in, "torch_12_3_4", LAYOUT_SHAREDARRAY, &pid)->id,
                        "sharedarray");
    assert_int_equal(pid, 0);
    assert_string_equal(producers_find_recognised(built_in, "any", LAYOUT_IMAGESTREAM, &pid)->id,
                        "imagestream");
    assert_string_equal(producers_find_recognised(built_in, "torch_12_3_4", LAYOUT_RAW, &pid)->id, "pytorch");
    assert_int_equal(pid, 12);
    assert_string_equal(producers_find_recognised(built_in, "PostgreSQL.12", LAYOUT_SHAREDARRAY, &pid)->id,
                        "postgresql");
    /* A file's rows go before the built-in ones, of names and of layouts. */
    struct producers *own;
    tmpdir_write_text(*state, "producers", "feed feed-* ask\nours layout:npy ask Our matrices\n");
    assert_int_equal(producers_load(&own, tmpdir_path(*state, "producers"), NULL), 0);
    assert_string_equal(producers_find_recognised(own, "feed-1", LAYOUT_SHAREDARRAY, &pid)->id, "feed");
    assert_string_equal(producers_find_recognised(own, "any", LAYOUT_NPY, &pid)->id, "ours");
    assert_true(producers_know_layout(own, LAYOUT_NPY) && !producers_know_layout(built_in, LAYOUT_NPY));
    producers_free(own);
    tmpdir_write_text(*state, "producers", "ours layout:nyp ask\n");
    assert_int_equal(producers_load(&own, tmpdir_path(*state, "producers"), NULL), -EBADMSG);
}

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_of_a_live_service_is_protected),
        cmocka_unit_test(what_may_be_deleted_is_not_protected),
        cmocka_unit_test(the_longest_name_takes_no_longer_than_its_length),
        cmocka_unit_test(every_example_has_its_producer_and_its_pid),
        cmocka_unit_test(every_row_of_the_table_has_an_example),
        cmocka_unit_test_setup_teardown(bytes_tell_more_than_a_name_but_protect_less, tmpdir_setup,
                                        tmpdir_teardown),
        cmocka_unit_test(what_could_be_anybodys_has_no_producer),
        cmocka_unit_test(a_number_that_is_no_pid_is_none),
        cmocka_unit_test(only_what_is_never_left_and_tells_no_creator_goes_stale),
        cmocka_unit_test(patterns_say_what_the_header_says),
        cmocka_unit_test(what_is_no_pattern_is_refused),
        cmocka_unit_test(matching_is_as_if_every_way_were_tried),
        cmocka_unit_test(a_name_of_many_numbers_takes_no_longer_than_others),
        cmocka_unit_test(no_name_is_too_strange),
        WITH_DIRECTORY(the_files_rows_go_before_the_built_in_ones),
        WITH_DIRECTORY(no_file_is_the_built_in_table),
        WITH_DIRECTORY(a_bad_line_is_named_with_what_was_expected),
        WITH_DIRECTORY(a_file_that_anybody_may_have_written_is_not_believed),
        WITH_DIRECTORY(a_failing_call_is_said_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
