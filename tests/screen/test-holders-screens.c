#include "tests/support/test.h"

#include "tests/support/draw.h"
#include "tests/support/stage.h"

static const struct stage_holder holders[] = {
    {.name = "prices.shm",
     .pid = 881,
     .command = "python3",
     .uid = 1001,
     .mapped = 1,
     .age = 273600,
     .cmdline = "/srv/dash/venv/bin/python3 -m gunicorn dash_app:server --workers 8 --bind 0.0.0.0:8050 "
                "--timeout 120",
     .unit = "dash.service"},
    {.name = "prices.shm",
     .pid = 882,
     .command = "python3",
     .uid = 1001,
     .mapped = 1,
     .age = 273590,
     .cmdline = "/srv/dash/venv/bin/python3 -m gunicorn dash_app:server --workers 8 --bind 0.0.0.0:8050 "
                "--timeout 120",
     .unit = "dash.service"},
    {.name = "prices.shm",
     .pid = 4127,
     .command = "jupyter\x1b[2J-lab",
     .uid = 1002,
     .writable = true,
     .mapped = 2,
     .open = 1,
     .age = 7260,
     .cmdline = "jupyter-lab --no-browser \xff"},
    {.name = "prices.shm",
     .pid = 31544,
     .command = "viewer",
     .uid = 1006,
     .open = 1,
     .age = 41,
     .unit = "docker:0f3a99c01b2d"},
    {.name = "frames_u8.im.shm",
     .pid = 612,
     .command = "acquire",
     .uid = 1004,
     .writable = true,
     .mapped = 1,
     .open = 1,
     .age = 41,
     .cmdline = "/usr/bin/acquire",
     .unit = "acquire.service"},
    {.name = "old_features.shm",
     .pid = 882,
     .command = "python3",
     .uid = 1001,
     .mapped = 1,
     .age = 273590,
     .cmdline = "python3",
     .unit = "dash.service",
     .deleted = true,
     .known = true,
     .size = 1073741824},
};

static const struct stage_sweep complete = {holders, sizeof holders / sizeof holders[0], .processes = 212};
static const struct stage_sweep partly = {holders, sizeof holders / sizeof holders[0], .processes = 212,
                                          .unread = 187,
                                          .reason = "not root: 187 of 212 processes could not be read"};

/* The usual segments and who holds them, after some keys, against a golden file. */
static void check(int rows, int columns, bool ascii, const struct stage_sweep *sweep, const char *keys,
                  const char *golden)
{
    struct stage stage;
    stage_open_usual(&stage, rows, columns, ascii);
    stage_sweep(&stage, sweep);
    stage_draw(&stage);
    stage_type(&stage, keys);
    stage_sweep(&stage, sweep);
    stage_draw(&stage);
    draw_assert_sane(&stage.cells);
    draw_assert_golden(&stage.cells, golden);
    stage_close(&stage);
}

static void strip_of_a_held_one(void **state)
{
    (void)state;
    check(24, 80, false, &complete, "", "tests/screen/golden-app/detail-held-80x24");
}

static void strip_of_one_in_doubt(void **state)
{
    (void)state;
    check(24, 80, false, &partly, ":labels\r", "tests/screen/golden-app/detail-doubt-80x24");
}

static void pane_of_a_held_one(void **state)
{
    (void)state;
    check(40, 140, false, &complete, "", "tests/screen/golden-app/detail-held-140x40");
}

static void pane_of_an_unlinked_one(void **state)
{
    (void)state;
    check(40, 140, false, &complete, ":old\r", "tests/screen/golden-app/detail-unlinked-140x40");
}

static void holders_80x24(void **state)
{
    (void)state;
    check(24, 80, false, &complete, "ujj", "tests/screen/golden-app/holders-80x24");
}

static void holders_140x40(void **state)
{
    (void)state;
    check(40, 140, false, &partly, "u", "tests/screen/golden-app/holders-140x40");
}

static void holders_ascii(void **state)
{
    (void)state;
    check(24, 80, true, &complete, "uG", "tests/screen/golden-app/holders-ascii");
}

static void holders_40x8(void **state)
{
    (void)state;
    check(8, 40, false, &partly, "uj", "tests/screen/golden-app/holders-40x8");
}

static void nobody_holds_it(void **state)
{
    (void)state;
    check(24, 80, false, &partly, ":labels\ru", "tests/screen/golden-app/holders-nobody");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strip_of_a_held_one), cmocka_unit_test(strip_of_one_in_doubt),
        cmocka_unit_test(pane_of_a_held_one),  cmocka_unit_test(pane_of_an_unlinked_one),
        cmocka_unit_test(holders_80x24),       cmocka_unit_test(holders_140x40),
        cmocka_unit_test(holders_ascii),       cmocka_unit_test(holders_40x8),
        cmocka_unit_test(nobody_holds_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
