#include "tests/support/test.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "tests/support/procdir.h"

struct identity procdir_identity(const struct tmpdir *dir, const char *name)
{
    struct stat st;
    assert_int_equal(stat(tmpdir_path(dir, name), &st), 0);
    return (struct identity){.device = st.st_dev, .inode = st.st_ino};
}

void procdir_make(const struct tmpdir *dir)
{
    char text[64];
    tmpdir_mkdir(dir, "proc");
    snprintf(text, sizeof text, "cpu 1 2 3\nbtime %d\n", PROCDIR_BOOTED);
    tmpdir_write_text(dir, "proc/stat", text);
    tmpdir_write_text(dir, "proc/version", "Linux");
}

void procdir_write(const struct tmpdir *dir, int pid, const char *file, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "proc/%d/%s", pid, file);
    tmpdir_write_text(dir, path, text);
}

void procdir_process(const struct tmpdir *dir, int pid)
{
    char path[64];
    static const char *const parts[] = {"", "/fd", "/fdinfo"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "proc/%d%s", pid, parts[i]);
        tmpdir_mkdir(dir, path);
    }
    procdir_write(dir, pid, "maps", "");
    procdir_write(dir, pid, "status", "Name:\tpython3\nUid:\t1000\t1001\t1000\t1000\n");
    procdir_write(dir, pid, "comm", "python3\n");
    procdir_write(dir, pid, "stat", "1 (a) b) S 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 250 0\n");
    snprintf(path, sizeof path, "proc/%d/cmdline", pid);
    tmpdir_write(dir, path, "python3\0-m\0dash\0", 16);
}

void procdir_map_line(const struct tmpdir *dir, const char *name, const char *perms, uint64_t start,
                      const char *path, char *buf, size_t size)
{
    struct stat st;
    assert_int_equal(stat(tmpdir_path(dir, name), &st), 0);
    snprintf(buf, size, "%llx-%llx %s 00000000 %02x:%02x %llu   %s%s\n", (unsigned long long)start,
             (unsigned long long)start + 4096, perms, major(st.st_dev), minor(st.st_dev),
             (unsigned long long)st.st_ino, path ? "" : "/dev/shm/", path ? path : name);
}

void procdir_open(const struct tmpdir *dir, int pid, int number, const char *target, const char *flags)
{
    char path[64];
    snprintf(path, sizeof path, "proc/%d/fd/%d", pid, number);
    tmpdir_symlink(dir, path, *target == '/' ? target : tmpdir_path(dir, target));
    snprintf(path, sizeof path, "fdinfo/%d", number);
    procdir_write(dir, pid, path, flags);
}

void procdir_link(const struct tmpdir *dir, int pid)
{
    char name[32], target[32];
    snprintf(name, sizeof name, "proc/%d", pid);
    snprintf(target, sizeof target, "/proc/%d", pid);
    tmpdir_symlink(dir, name, target);
}
