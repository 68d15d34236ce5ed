#include "tests/support/test.h"

#include "core/process/producers.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_of_a_live_service_is_protected),
        cmocka_unit_test(what_may_be_deleted_is_not_protected),
        cmocka_unit_test(the_longest_name_takes_no_longer_than_its_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
