// A machine that fails, for FailingMachineTests: preloaded, it lets one system call fail on files of which the path holds a text.
//
//   FAIL_CALL=pread FAIL_PATH=step20 FAIL_ERRNO=5 LD_PRELOAD=failing.so dynamics ...
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(const char *call, const char *path) {
    const char *wanted = getenv("FAIL_CALL"), *part = getenv("FAIL_PATH"), *code = getenv("FAIL_ERRNO");
    if (!wanted || !part || !code || !path || strcmp(wanted, call) != 0 || !strstr(path, part)) return 0;
    errno = atoi(code);
    return 1;
}

static int fails_open(const char *call, int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return fails(call, path);
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                              \
    int name(const char *path, int flags, ...) {                                \
        va_list rest;                                                           \
        va_start(rest, flags);                                                  \
        int mode = va_arg(rest, int);                                           \
        va_end(rest);                                                           \
        if (fails("open", path)) return -1;                                     \
        return REAL(int, name, const char *, int, ...)(path, flags, mode);      \
    }
OPEN(open)
OPEN(open64)

#define PREAD(name)                                                             \
    ssize_t name(int file, void *bytes, size_t count, off_t offset) {           \
        if (fails_open("pread", file)) return -1;                               \
        return REAL(ssize_t, name, int, void *, size_t, off_t)(file, bytes, count, offset); \
    }
PREAD(pread)
PREAD(pread64)

#define PWRITE(name)                                                            \
    ssize_t name(int file, const void *bytes, size_t count, off_t offset) {     \
        if (fails_open("write", file)) return -1;                               \
        return REAL(ssize_t, name, int, const void *, size_t, off_t)(file, bytes, count, offset); \
    }
PWRITE(pwrite)
PWRITE(pwrite64)

ssize_t write(int file, const void *bytes, size_t count) {
    if (fails_open("write", file)) return -1;
    return REAL(ssize_t, write, int, const void *, size_t)(file, bytes, count);
}

int rename(const char *from, const char *to) {
    if (fails("rename", to)) return -1;
    return REAL(int, rename, const char *, const char *)(from, to);
}
