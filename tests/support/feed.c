#include "tests/support/test.h"

#include "tests/support/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_all(int fd, const char *bytes, size_t size, size_t piece)
{
    for (size_t done = 0; done < size;) {
        size_t n = size - done < piece ? size - done : piece;
        ssize_t written = write(fd, bytes + done, n);
        if (written < 0)
            _exit(1);
        done += (size_t)written;
    }
    _exit(0);
}

void feed_begin(struct feed *feed, const void *bytes, size_t size, size_t piece)
{
    int ends[2];
    assert_return_code(pipe2(ends, O_CLOEXEC), errno);
    fflush(NULL);
    feed->child = fork();
    assert_return_code(feed->child, errno);
    if (feed->child == 0) {
        signal(SIGPIPE, SIG_IGN);
        close(ends[0]);
        write_all(ends[1], bytes, size, piece);
    }
    close(ends[1]);
    feed->saved = fcntl(0, F_DUPFD_CLOEXEC, 3);
    assert_return_code(dup2(ends[0], 0), errno);
    close(ends[0]);
}

void feed_end(struct feed *feed)
{
    if (feed->saved >= 0)
        dup2(feed->saved, 0);
    else
        close(0);
    if (feed->saved >= 0)
        close(feed->saved);
    assert_int_equal(waitpid(feed->child, NULL, 0), feed->child);
}
