/* The floor: a loop of one send() a socket, with nothing else in it. `floor PORT COMMAND…`; what one client says, all
   get. Before that it is stored as everybody stores it: COMMAND inserts a message for each line, and answers with one.
   Without that the loop would find all it needs in the processor's caches, which after an insert nobody does. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static int fds[65536], is_open[65536], opened;
static FILE *store, *stored;

static void start(char **command) {
    int there[2], back[2];
    if (pipe2(there, O_CLOEXEC) || pipe2(back, O_CLOEXEC)) { perror("pipe"); exit(1); }
    if (!fork()) {
        dup2(there[0], 0);
        dup2(back[1], 1);
        execvp(*command, command);
        _exit(127);
    }
    store = fdopen(there[1], "w");
    stored = fdopen(back[0], "r");
}

static const char ANSWER[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x81\x06joined";

static void tell(const unsigned char *body, size_t size) {
    unsigned char frame[8192];
    size_t head = 0;
    frame[head++] = 0x81;
    if (size < 126) frame[head++] = (unsigned char)size;
    else { frame[head++] = 126; frame[head++] = (unsigned char)(size >> 8); frame[head++] = (unsigned char)size; }
    memcpy(frame + head, body, size);
    char answer[64];
    if (fputs("go\n", store) < 0 || fflush(store) || !fgets(answer, sizeof answer, stored)) { perror("store"); exit(1); }
    for (int i = 0; i < opened; i++) {
        if (!is_open[fds[i]]) continue;
        if (send(fds[i], frame, head + size, MSG_NOSIGNAL) < 0 && errno != EAGAIN) { close(fds[i]); is_open[fds[i]] = 0; fds[i] = fds[--opened]; i--; }
    }
}

int main(int argc, char **argv) {
    struct rlimit files = { 65536, 65536 };
    struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argc > 2 ? argv[1] : "")) };
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = epoll_create1(0);
    unsigned char bytes[65536];
    if (argc < 3) { fprintf(stderr, "floor PORT COMMAND...\n"); return 2; }
    start(argv + 2);
    setrlimit(RLIMIT_NOFILE, &files);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&where, sizeof where) < 0 || listen(listener, 4096) < 0) { perror("floor"); return 1; }
    struct epoll_event e = { EPOLLIN, { .fd = listener } }, events[512];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
    for (;;) {
        int n = epoll_wait(epoll, events, 512, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    e.data.fd = fd;
                    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
                }
                continue;
            }
            ssize_t size = recv(fd, bytes, sizeof bytes, 0);
            if (size <= 0) {
                for (int j = 0; j < opened; j++) if (fds[j] == fd) { fds[j] = fds[--opened]; break; }
                is_open[fd] = 0;
                close(fd);
            } else if (!is_open[fd]) {
                is_open[fd] = 1;
                fds[opened++] = fd;
                if (send(fd, ANSWER, sizeof ANSWER - 1, MSG_NOSIGNAL) < 0) perror("send");
            } else {
                for (ssize_t at = 0; at + 6 <= size;) {
                    size_t length = bytes[at + 1] & 127, head = 6;
                    if (length == 126) { length = (size_t)bytes[at + 2] << 8 | bytes[at + 3]; head = 8; }
                    if ((size_t)at + head + length > (size_t)size) break;
                    if ((bytes[at] & 15) == 1) tell(bytes + at + head, length);
                    at += (ssize_t)(head + length);
                }
            }
        }
    }
}
