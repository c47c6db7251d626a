/* The load: thousands of WebSocket clients in one epoll loop, so that whoever is measured is the bottleneck.
 *
 *   load MODE PORT COUNT SECONDS NUMBER EXPECTED ACK < clients
 *
 * A line of `clients` for each connection, its fields separated by tabs:
 *   path, cookie, template, then pairs of what is waited for and what is said next; the last is only waited for.
 * In what is said, %T becomes a mark of who says it and when, %C a number that is used once.
 * When everybody is in, prints `ready SECONDS`. Each line that then comes in is a round, and prints one JSON object.
 *
 *   fanout       NUMBER connections say something at once, and again when each has come to all EXPECTED
 *   rate         NUMBER messages a second, said by one after the other
 *   outstanding  NUMBER messages are on the way; one more is said for each that comes back with ACK in it
 *   storm        all but connection 0 are cut off and come back at once; meanwhile it says NUMBER messages in SECONDS,
 *                and `seconds` is until all were back. Whoever comes back finds what was said in the page of its join
 *   idle         nothing is said
 *
 * A path that ends in /xhr_streaming or /xhr is SockJS's transport of that name; what is said there is posted.
 * It looks for marks in the bytes and parses no frames; its own frames are masked with zeros, which RFC 6455 allows.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { STEPS = 8, CARRY = 128, CHUNK = 1 << 18, MARK = 23 };

enum kind { SOCKET, STREAMING, POLLING };

struct client {
    int fd, step, steps;
    enum kind kind;
    char *path, *cookie, *template, *waits[STEPS], *says[STEPS];
    char carry[CARRY];
    int carried;
};

static struct client *clients;
static int port, count, in_count, connecting, at_once = 64, next_client, epoll;
static unsigned long long numbers, said, heard, acked, lost;
static uint64_t *waits_ns;
static size_t waited, room_for;
static const char *ack;
static int is_measuring, is_outstanding;
static uint64_t began_ns, ends_ns;
static uint64_t *said_at;

static void die(const char *what) { perror(what); exit(1); }

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void note(uint64_t ns) {
    if (waited == room_for) {
        room_for = room_for ? room_for * 2 : 1 << 16;
        if (!(waits_ns = realloc(waits_ns, room_for * sizeof *waits_ns))) die("realloc");
    }
    waits_ns[waited++] = ns;
}

static void put(struct client *c, const char *bytes, size_t size) {
    while (size) {
        ssize_t n = send(c->fd, bytes, size, MSG_NOSIGNAL);
        if (n > 0) { bytes += n; size -= (size_t)n; continue; }
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            struct pollfd p = { c->fd, POLLOUT, 0 };
            poll(&p, 1, 1000);
            continue;
        }
        die("send");
    }
}

/* What a client without a WebSocket says: a request of its own, on a line of its own. */
static void post(struct client *c, const char *body, size_t size) {
    char request[8192], answer[4096];
    struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0), prefix = (int)(strrchr(c->path, '/') - c->path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&where, sizeof where) < 0) die("connect");
    int n = snprintf(request, sizeof request,
        "POST %.*s/xhr_send HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nConnection: close\r\n"
        "Content-Type: text/plain\r\nContent-Length: %zu\r\n%s%s%s\r\n", prefix, c->path, port, port, size,
        *c->cookie ? "Cookie: " : "", c->cookie, *c->cookie ? "\r\n" : "");
    memcpy(request + n, body, size);
    if (send(fd, request, (size_t)n + size, MSG_NOSIGNAL) < 0) die("send");
    if (recv(fd, answer, sizeof answer, 0) < 12 || memcmp(answer + 9, "204", 3)) { fprintf(stderr, "xhr_send: %.200s\n", answer); exit(1); }
    close(fd);
}

static void frame(struct client *c, const char *text) {
    char body[4096], bytes[4096 + 16], *to = body;
    for (const char *from = text; *from; from++) {
        if (to - body > 3900) { fprintf(stderr, "too long\n"); exit(1); }
        if (from[0] == '%' && from[1] == 'T') {
            to += sprintf(to, "~%05x%016llx~", (unsigned)(c - clients), (unsigned long long)now_ns());
            from++;
        } else if (from[0] == '%' && from[1] == 'C') {
            to += sprintf(to, "%08x%08llx", (unsigned)getpid(), ++numbers);
            from++;
        } else *to++ = *from;
    }
    size_t size = (size_t)(to - body), head = 0;
    if (c->kind != SOCKET) { post(c, body, size); return; }
    bytes[head++] = (char)0x81;
    if (size < 126) bytes[head++] = (char)(0x80 | size);
    else { bytes[head++] = (char)(0x80 | 126); bytes[head++] = (char)(size >> 8); bytes[head++] = (char)size; }
    memset(bytes + head, 0, 4);
    head += 4;
    memcpy(bytes + head, body, size);
    put(c, bytes, head + size);
}

static void say(struct client *c) {
    said_at[c - clients] = now_ns();
    frame(c, c->template);
    said++;
}

static void say_next(void) {
    struct client *c = &clients[next_client];
    next_client = (next_client + 1) % count;
    if (c->fd >= 0) say(c);
}

static void connect_next(void) {
    while (connecting < at_once && next_client < count) {
        struct client *c = &clients[next_client++];
        struct sockaddr_in where = { .sin_family = AF_INET };
        int one = 1;
        where.sin_port = htons((uint16_t)port);
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if ((c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) < 0) die("socket");
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (connect(c->fd, (struct sockaddr *)&where, sizeof where) < 0 && errno != EINPROGRESS) die("connect");
        struct epoll_event e = { EPOLLOUT, { .ptr = c } };
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e) < 0) die("epoll_ctl");
        connecting++;
    }
}

/* The request by which a client without a WebSocket hears. */
static void ask(struct client *c) {
    char request[2048];
    int n = snprintf(request, sizeof request,
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nContent-Length: 0\r\n%s%s%s\r\n",
        c->path, port, port, *c->cookie ? "Cookie: " : "", c->cookie, *c->cookie ? "\r\n" : "");
    put(c, request, (size_t)n);
}

static void greet(struct client *c) {
    char request[2048];
    struct epoll_event e = { EPOLLIN, { .ptr = c } };
    if (c->kind != SOCKET) {
        epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
        ask(c);
        return;
    }
    int n = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s%s%s\r\n",
        c->path, port, port, *c->cookie ? "Cookie: " : "", c->cookie, *c->cookie ? "\r\n" : "");
    epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
    put(c, request, (size_t)n);
}

/* The steps of coming in, each when the one before has been answered. What has been taken of `bytes`. */
static size_t arrive(struct client *c, const char *bytes, size_t size) {
    size_t taken = 0;
    while (c->step < c->steps) {
        const char *wait = c->step < 0 ? "\r\n\r\n" : c->waits[c->step];
        const char *found = memmem(bytes + taken, size - taken, wait, strlen(wait));
        if (!found) break;
        taken = (size_t)(found - bytes) + strlen(wait);
        if (c->step >= 0 && c->says[c->step]) frame(c, c->says[c->step]);
        if (++c->step == c->steps) { in_count++; connecting--; }
    }
    return taken;
}

static uint64_t hexed(const char *digits, int n) {
    uint64_t value = 0;
    while (n--) { char d = *digits++; value = value << 4 | (uint64_t)(d <= '9' ? d - '0' : d - 'a' + 10); }
    return value;
}

static size_t look(struct client *c, const char *bytes, size_t size, uint64_t now) {
    const char *at = bytes, *end = bytes + size;
    size_t used = 0;
    while ((at = memchr(at, '~', (size_t)(end - at)))) {
        if (end - at < MARK) break;
        if (at[MARK - 1] != '~') { at++; continue; }
        uint64_t then = hexed(at + 6, 16);
        if (then >= began_ns) {
            if (hexed(at + 1, 5) != (uint64_t)(c - clients)) note(now - then);
            heard++;
        }
        at += MARK;
        used = (size_t)(at - bytes);
    }
    if (*ack) {
        size_t n = strlen(ack);
        for (at = bytes; (at = memmem(at, (size_t)(end - at), ack, n)); at += n) {
            acked++;
            if (is_outstanding) note(now - said_at[c - clients]);
            if (used < (size_t)(at - bytes) + n) used = (size_t)(at - bytes) + n;
            if (is_outstanding && now < ends_ns) say_next();
        }
    }
    return used;
}

/* An empty ping is answered; no text that comes here has these bytes in it. */
static void live(struct client *c, const char *bytes, size_t size) {
    static const char ping[] = { (char)0x89, 0 }, pong[] = { (char)0x8a, (char)0x80, 0, 0, 0, 0 };
    if (c->kind == SOCKET && memmem(bytes, size, ping, sizeof ping)) put(c, pong, sizeof pong);
}

static void take(struct client *c) {
    static char buffer[CARRY + CHUNK];
    for (;;) {
        memcpy(buffer, c->carry, (size_t)c->carried);
        ssize_t n = recv(c->fd, buffer + c->carried, CHUNK, 0);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            if (c->step < c->steps) { fprintf(stderr, "refused at step %d: %.200s\n", c->step, c->carry); exit(1); }
            close(c->fd); c->fd = -1; lost++;
            return;
        }
        size_t size = (size_t)c->carried + (size_t)n, used = 0;
        live(c, buffer + c->carried, (size_t)n);
        if (c->step < c->steps) used = arrive(c, buffer, size);
        if (c->step == c->steps && is_measuring) used += look(c, buffer + used, size - used, now_ns());
        int is_answered = c->kind == POLLING && size >= 2 && buffer[size - 1] == '\n' && buffer[size - 2] != '\r';
        /* A stream that has grown long ends, with an empty chunk. */
        int is_ended = c->kind == STREAMING && size >= 7 && !memcmp(buffer + size - 7, "\r\n0\r\n\r\n", 7);
        if (is_answered || is_ended) ask(c);
        size_t left = size - used;
        c->carried = (int)(left < CARRY ? left : CARRY - 1);
        memmove(c->carry, buffer + size - c->carried, (size_t)c->carried);
        if (n < CHUNK) return;
    }
}

static void turn(int wait_ms) {
    struct epoll_event events[512];
    int n = epoll_wait(epoll, events, 512, wait_ms);
    for (int i = 0; i < n; i++) {
        struct client *c = events[i].data.ptr;
        if (events[i].events & EPOLLOUT) greet(c);
        else if (c->fd >= 0) take(c);
    }
}

/* Takes what has come until then, to the microsecond: whoever looked at the clock all the time would take from the
   server what is measured. */
static void turn_until(uint64_t due, uint64_t now) {
    struct pollfd p = { epoll, POLLIN, 0 };
    const struct timespec rest = { (time_t)((due - now) / 1000000000u), (long)((due - now) % 1000000000u) };
    if (ppoll(&p, 1, &rest, NULL) > 0) turn(0);
}

/* Takes what has come, twice a millisecond. Whoever waits in epoll_wait is woken by each send of a server that is
   slower than they are, at the server's cost, and by none of one that is faster: in life they are on other machines. */
static void turn_rested(void) {
    const struct timespec rest = { 0, 500000 };
    nanosleep(&rest, NULL);
    turn(0);
}

static int by_size(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static double at(double share) {
    return waited ? (double)waits_ns[(size_t)(share * (double)(waited - 1))] / 1e6 : -1;
}

static void read_clients(void) {
    static char line[16384];
    for (int i = 0; i < count; i++) {
        char *fields[3 + 2 * STEPS], *rest = line, *field;
        int n = 0;
        if (!fgets(line, sizeof line, stdin)) { fprintf(stderr, "a client is missing\n"); exit(1); }
        line[strcspn(line, "\n")] = 0;
        while (n < 3 + 2 * STEPS && (field = strsep(&rest, "\t"))) fields[n++] = strdup(field);
        struct client *c = &clients[i];
        c->fd = -1; c->step = -1;
        const char *way = strrchr(fields[0], '/');
        c->kind = !strcmp(way, "/xhr_streaming") ? STREAMING : !strcmp(way, "/xhr") ? POLLING : SOCKET;
        c->path = fields[0]; c->cookie = fields[1]; c->template = fields[2];
        for (int f = 3; f < n; f += 2) { c->waits[c->steps] = fields[f]; c->says[c->steps++] = f + 1 < n ? fields[f + 1] : NULL; }
    }
}

static void leave(struct client *c) {
    struct linger at_once_please = { 1, 0 };
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once_please, sizeof at_once_please);
    close(c->fd);
    c->fd = -1;
    c->step = -1;
    c->carried = 0;
    in_count--;
}

/* The next line of stdin; until it comes, what the servers send is taken and passed over. */
static int is_called(char *line, int size) {
    struct pollfd p = { 0, POLLIN, 0 };
    is_measuring = 0;
    while (poll(&p, 1, 0) == 0) turn(20);
    return fgets(line, size, stdin) != NULL;
}

static void measure(const char *mode, double seconds, double number, unsigned long long expected) {
    struct rusage before, after;
    turn(0);
    next_client = 0;
    said = heard = acked = lost = 0;
    waited = 0;
    is_measuring = 1;
    is_outstanding = !strcmp(mode, "outstanding");
    getrusage(RUSAGE_SELF, &before);
    uint64_t began = began_ns = now_ns(), last = began;
    ends_ns = began + (uint64_t)(seconds * 1e9);
    if (!strcmp(mode, "fanout")) {
        while (now_ns() < ends_ns) {
            unsigned long long until = heard + expected * (unsigned long long)number;
            for (int i = 0; i < (int)number; i++) say(&clients[i % count]);
            uint64_t patience = now_ns() + 20000000000u;
            while (heard < until && now_ns() < patience) turn_rested();
            if (heard < until) { fprintf(stderr, "%llu deliveries are missing\n", until - heard); exit(1); }
            last = now_ns();
        }
    } else if (!strcmp(mode, "rate")) {
        uint64_t due = began, step = (uint64_t)(1e9 / number);
        while (due < ends_ns) {
            uint64_t now = now_ns();
            if (now >= due) { if (expected) say(&clients[0]); else say_next(); due += step; turn(0); }
            else turn_until(due, now);
        }
        for (uint64_t quiet = now_ns() + 1000000000u; now_ns() < quiet;) turn(10);
        last = ends_ns;
    } else if (is_outstanding) {
        for (int i = 0; i < (int)number; i++) say_next();
        while (now_ns() < ends_ns) turn(10);
        last = now_ns();
        unsigned long long counted = acked;
        for (uint64_t quiet = now_ns() + 2000000000u; now_ns() < quiet && acked < said;) turn(10);
        acked = counted;
    } else if (!strcmp(mode, "storm")) {
        uint64_t due = began, patience = began + 60000000000u, step = (uint64_t)(seconds * 1e9 / number);
        for (int i = 1; i < count; i++) leave(&clients[i]);
        at_once = 1000;
        next_client = 1;
        while (now_ns() < patience && (in_count < count || said < (unsigned long long)number)) {
            connect_next();
            if (said < (unsigned long long)number && now_ns() >= due) { say(&clients[0]); due += step; }
            turn(5);
            if (in_count == count && last == began) last = now_ns();
        }
        if (in_count < count) last = now_ns();
        while (now_ns() < patience && heard < said * (unsigned long long)count) turn(5);
        for (uint64_t quiet = now_ns() + 1000000000u; now_ns() < quiet;) turn(10);
    } else while (now_ns() < ends_ns) turn(10);
    getrusage(RUSAGE_SELF, &after);
    double cpu = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec - before.ru_stime.tv_sec)
        + (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
    qsort(waits_ns, waited, sizeof *waits_ns, by_size);
    printf("{\"said\": %llu, \"heard\": %llu, \"acked\": %llu, \"lost\": %llu, \"seconds\": %.4f, \"load_cpu\": %.4f, "
        "\"p50\": %.4f, \"p99\": %.4f, \"most\": %.4f}\n",
        said, heard, acked, lost, (double)(last - began) / 1e9, cpu, at(0.5), at(0.99), at(1.0));
    fflush(stdout);
}

int main(int argc, char **argv) {
    if (argc != 8) { fprintf(stderr, "load MODE PORT COUNT SECONDS NUMBER EXPECTED ACK\n"); return 2; }
    const char *mode = argv[1];
    port = atoi(argv[2]);
    count = atoi(argv[3]);
    double seconds = atof(argv[4]), number = atof(argv[5]);
    unsigned long long expected = strtoull(argv[6], NULL, 10);
    ack = argv[7];
    clients = calloc((size_t)count, sizeof *clients);
    said_at = calloc((size_t)count, sizeof *said_at);
    epoll = epoll_create1(0);
    struct rlimit files = { 65536, 65536 };
    setrlimit(RLIMIT_NOFILE, &files);
    setvbuf(stdin, NULL, _IONBF, 0);
    read_clients();

    const uint64_t began = now_ns();
    while (in_count < count) {
        connect_next();
        turn(1000);
        if (now_ns() - began > 120000000000u) { fprintf(stderr, "only %d of %d came in\n", in_count, count); return 1; }
    }
    printf("ready %.3f\n", (double)(now_ns() - began) / 1e9);
    fflush(stdout);
    for (char go[16]; is_called(go, sizeof go);) measure(mode, seconds, number, expected);
    return 0;
}
