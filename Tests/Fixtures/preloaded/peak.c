// Tells what memory a program takes: preloaded, it writes the most bytes that the process held at a time into a file when the
// process ends, whatever its parent or its children hold.
//
//   PEAK_FILE=peak.txt LD_PRELOAD=peak.so dynamics ...
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char file[4096];
static pid_t owner;

__attribute__((constructor)) static void begin(void) {
    const char *named = getenv("PEAK_FILE");
    if (!named) return;
    snprintf(file, sizeof file, "%s", named);
    owner = getpid();
    // Programs that this one starts are others.
    unsetenv("PEAK_FILE");
}

__attribute__((destructor)) static void end(void) {
    if (!*file || getpid() != owner) return;
    FILE *status = fopen("/proc/self/status", "r"), *out = fopen(file, "w");
    char line[256];
    long kibibytes;
    while (status && out && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld kB", &kibibytes) == 1) fprintf(out, "%ld\n", kibibytes * 1024);
    if (status) fclose(status);
    if (out) fclose(out);
}
