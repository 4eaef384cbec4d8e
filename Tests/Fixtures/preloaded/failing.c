// A machine that fails, for FailingMachineTests: preloaded, it lets one system call fail on files of which the path holds a text.
//
//   FAIL_CALL=pread FAIL_PATH=step20 FAIL_ERRNO=5 LD_PRELOAD=failing.so dynamics ...
//
// With FAIL_FROM, a call that has an offset fails only where it reaches beyond that byte.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char wanted[64], part[4096], code[16];
static long long from = -1;

// Once: workers take all variables away.
__attribute__((constructor)) static void read_variables(void) {
    const char *values[] = {getenv("FAIL_CALL"), getenv("FAIL_PATH"), getenv("FAIL_ERRNO"), getenv("FAIL_FROM")};
    if (!values[0] || !values[1] || !values[2]) return;
    snprintf(wanted, sizeof wanted, "%s", values[0]);
    snprintf(part, sizeof part, "%s", values[1]);
    snprintf(code, sizeof code, "%s", values[2]);
    if (values[3]) from = atoll(values[3]);
}

static int fails(const char *call, const char *path) {
    if (!*wanted || !path || strcmp(wanted, call) != 0 || !strstr(path, part)) return 0;
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
        if ((long long)(offset + count) > from && fails_open("pread", file)) return -1; \
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

ssize_t read(int file, void *bytes, size_t count) {
    if (from < 0 && fails_open("read", file)) return -1;
    return REAL(ssize_t, read, int, void *, size_t)(file, bytes, count);
}

DIR *opendir(const char *path) {
    if (fails("opendir", path)) return NULL;
    return REAL(DIR *, opendir, const char *)(path);
}

char *realpath(const char *path, char *resolved) {
    if (fails("realpath", path)) return NULL;
    return REAL(char *, realpath, const char *, char *)(path, resolved);
}

int rename(const char *from, const char *to) {
    if (fails("rename", to)) return -1;
    return REAL(int, rename, const char *, const char *)(from, to);
}
