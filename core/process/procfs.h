/*
 * Reading /proc: what its small files say, beneath a descriptor. Private to core/process.
 */
#ifndef SHMTOP_CORE_PROCESS_PROCFS_H
#define SHMTOP_CORE_PROCESS_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Calls each(context, name) for every entry of the open directory, "." and ".." too. 0, -errno, or what each
 * returned if not 0. */
typedef int name_function(void *context, const char *name);
int procfs_each_name(int fd, name_function *each, void *context);

/* Calls each(context, number) for every entry of the open directory whose name is a number. 0, -errno, or
 * what each returned if not 0. */
typedef int number_function(void *context, unsigned number);
int procfs_each_number(int fd, number_function *each, void *context);

/* Calls each(context, line) for every line of a file below dir, without its newline; of a line over 64 KiB
 * the beginning. 0 or -errno. */
typedef void line_function(void *context, char *line);
int procfs_each_line(int dir, const char *path, line_function *each, void *context);
int procfs_each_line_of(int fd, line_function *each, void *context); /* of an open file */

/* Reads at most size - 1 bytes and puts a NUL behind. The count or -errno. */
ssize_t procfs_read(int dir, const char *path, char *buf, size_t size);

/* What stat says of a process. */
struct process_stat {
    char state;
    unsigned flags;   /* PF_… */
    uint64_t started; /* clock ticks after boot */
};
#define PROCESS_KERNEL_THREAD 0x00200000u /* PF_KTHREAD, linux/sched.h */
/* Source: proc_pid_stat(5). The name in it may hold anything, ") " too: fields count from the last ')'. */
bool procfs_parse_stat(const char *text, struct process_stat *ret_stat);
/* Reads and parses it below a process's directory. 0, -errno, -EBADMSG. */
int procfs_read_stat(int process, struct process_stat *ret_stat);

/* What turns the ticks of stat into a time. */
struct boot_clock {
    int64_t booted; /* ns since 1970, whole seconds; 0: not known */
    int64_t tick;   /* ns */
};
/* From the stat of the whole system below proc, proc_stat(5). */
void boot_clock_read(int proc, struct boot_clock *ret_clock);
/* ns since 1970; 0: not known. */
int64_t boot_clock_time(const struct boot_clock *clock, uint64_t ticks);

#endif
