#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>

#if defined(__linux__)
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

pid_t cprocess_fork(void) { return fork(); }

int cprocess_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

/// One byte, and room for two descriptors beside it.
typedef struct {
    char byte;
    struct iovec part;
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr alignment;
    } control;
} message;

static struct msghdr prepare(message *m) {
    memset(m, 0, sizeof *m);
    m->part = (struct iovec){&m->byte, 1};
    return (struct msghdr){
        .msg_iov = &m->part, .msg_iovlen = 1, .msg_control = m->control.bytes, .msg_controllen = sizeof m->control.bytes};
}

int cprocess_send_descriptors(int socket, int first, int second) {
    message m;
    struct msghdr header = prepare(&m);
    struct cmsghdr *control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(2 * sizeof(int));
    int descriptors[2] = {first, second};
    memcpy(CMSG_DATA(control), descriptors, sizeof descriptors);
    ssize_t sent;
    do sent = sendmsg(socket, &header, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == 1 ? 0 : -1;
}

int cprocess_receive_descriptors(int socket, int *first, int *second) {
    message m;
    struct msghdr header = prepare(&m);
    ssize_t received;
    do received = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    while (received < 0 && errno == EINTR);
    if (received <= 0) return (int)received;
    struct cmsghdr *control = CMSG_FIRSTHDR(&header);
    if (!control || control->cmsg_type != SCM_RIGHTS || control->cmsg_len != CMSG_LEN(2 * sizeof(int))) {
        errno = EPROTO;
        return -1;
    }
    int descriptors[2];
    memcpy(descriptors, CMSG_DATA(control), sizeof descriptors);
    *first = descriptors[0];
    *second = descriptors[1];
    return 1;
}
#else
static int unsupported(void) {
    errno = ENOTSUP;
    return -1;
}
pid_t cprocess_fork(void) { return unsupported(); }
int cprocess_adopt_orphans(void) { return unsupported(); }
int cprocess_send_descriptors(int socket, int first, int second) {
    (void)socket, (void)first, (void)second;
    return unsupported();
}
int cprocess_receive_descriptors(int socket, int *first, int *second) {
    (void)socket, (void)first, (void)second;
    return unsupported();
}
#endif
