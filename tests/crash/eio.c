/* Lets the calls on files named *.db* fail from the Nth on: EIO_AFTER=N, and EIO_CALLS=write,sync,read,short says which. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long left = -1;

static int fails(int fd, const char *call) {
    static int ready = 0;
    char link[64], name[4096];
    const char *calls = getenv("EIO_CALLS"), *after = getenv("EIO_AFTER");
    ssize_t length;
    if (!calls || !after || !strstr(calls, call)) return 0;
    if (!ready) { left = atol(after); ready = 1; }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, name, sizeof name - 1);
    if (length < 0) return 0;
    name[length] = 0;
    if (!strstr(name, ".db")) return 0;
    if (left > 0) { left--; return 0; }
    errno = EIO;
    return 1;
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static ssize_t part(size_t count) { return count > 1 ? (ssize_t)(count / 2) : (ssize_t)count; }

ssize_t pwrite64(int fd, const void *data, size_t count, off64_t at) {
    REAL(pwrite64);
    if (fails(fd, "write")) return -1;
    if (fails(fd, "short")) return real(fd, data, part(count), at);
    return real(fd, data, count, at);
}
ssize_t pwrite(int fd, const void *data, size_t count, off_t at) { return pwrite64(fd, data, count, at); }
ssize_t write(int fd, const void *data, size_t count) {
    REAL(write);
    return fails(fd, "write") ? -1 : real(fd, data, count);
}
ssize_t pread64(int fd, void *data, size_t count, off64_t at) {
    REAL(pread64);
    return fails(fd, "read") ? -1 : real(fd, data, count, at);
}
ssize_t pread(int fd, void *data, size_t count, off_t at) { return pread64(fd, data, count, at); }
int fsync(int fd) {
    REAL(fsync);
    return fails(fd, "sync") ? -1 : real(fd);
}
int fdatasync(int fd) {
    REAL(fdatasync);
    return fails(fd, "sync") ? -1 : real(fd);
}
