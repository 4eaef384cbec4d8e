// What Swift cannot say of processes: fork, and descriptors that travel through a socket. Linux only; elsewhere every
// call fails.
#ifndef CPROCESS_H
#define CPROCESS_H

#include <sys/types.h>

/// fork(2). Only while the process has a single thread.
pid_t cprocess_fork(void);

/// Makes this process the parent of its descendants' orphans, so that it can wait for them. 0, or -1 and errno.
int cprocess_adopt_orphans(void);

/// Sends two descriptors through a local socket. 0, or -1 and errno.
int cprocess_send_descriptors(int socket, int first, int second);

/// Receives two descriptors from a local socket, closed on exec. 1 when they came, 0 when the peer has hung up, -1 and
/// errno otherwise.
int cprocess_receive_descriptors(int socket, int *first, int *second);

#endif
