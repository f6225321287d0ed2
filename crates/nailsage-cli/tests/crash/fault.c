/* Makes a read, write or sync of the book's files fail, underneath the unchanged program: loaded with LD_PRELOAD.
 *
 * FAULT_PATH      only files whose path contains this
 * FAULT_KIND      "read", "write" or "sync": which calls are counted
 * FAULT_AT        the number of the counted call that fails, from 1
 * FAULT_FOR_EVER  if it is there, all calls after that fail as well
 * FAULT_ERRNO     the error it fails with
 * FAULT_FIRED     a file that is made when it has failed
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long calls;

static int fails(int fd, const char *kind)
{
    const char *path = getenv("FAULT_PATH"), *wanted = getenv("FAULT_KIND"), *at = getenv("FAULT_AT");
    char link[64], target[4096];
    ssize_t length;
    long call;
    int fired;

    if (!path || !wanted || !at || strcmp(kind, wanted) != 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, target, sizeof target - 1);
    if (length < 0)
        return 0;
    target[length] = 0;
    if (!strstr(target, path))
        return 0;
    call = atomic_fetch_add(&calls, 1) + 1;
    if (call < atol(at) || (call > atol(at) && !getenv("FAULT_FOR_EVER")))
        return 0;
    fired = open(getenv("FAULT_FIRED"), O_CREAT | O_WRONLY, 0600);
    if (fired >= 0)
        close(fired);
    errno = atoi(getenv("FAULT_ERRNO"));
    return 1;
}

#define REAL(name) (*(__typeof__(name) **)real_of(&real_##name, #name))
static void *real_of(void **slot, const char *name)
{
    if (!*slot)
        *slot = dlsym(RTLD_NEXT, name);
    return slot;
}
static void *real_read, *real_pread, *real_pread64, *real_write, *real_pwrite, *real_pwrite64;
static void *real_fsync, *real_fdatasync;

ssize_t read(int fd, void *data, size_t size)
{
    return fails(fd, "read") ? -1 : REAL(read)(fd, data, size);
}
ssize_t pread(int fd, void *data, size_t size, off_t at)
{
    return fails(fd, "read") ? -1 : REAL(pread)(fd, data, size, at);
}
ssize_t pread64(int fd, void *data, size_t size, off64_t at)
{
    return fails(fd, "read") ? -1 : REAL(pread64)(fd, data, size, at);
}
ssize_t write(int fd, const void *data, size_t size)
{
    return fails(fd, "write") ? -1 : REAL(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    return fails(fd, "write") ? -1 : REAL(pwrite)(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
    return fails(fd, "write") ? -1 : REAL(pwrite64)(fd, data, size, at);
}
int fsync(int fd)
{
    return fails(fd, "sync") ? -1 : REAL(fsync)(fd);
}
int fdatasync(int fd)
{
    return fails(fd, "sync") ? -1 : REAL(fdatasync)(fd);
}
