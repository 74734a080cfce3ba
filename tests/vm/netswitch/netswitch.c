// SPDX-License-Identifier: GPL-2.0-only
/*
 * netswitch: the network between the guests, as one small program.
 *
 *   netswitch DIR PORTS     (commands on standard input, answers on output)
 *
 * Each guest's QEMU connects to the socket DIR/portN ("-netdev stream"). A
 * frame goes from port to port unless the loss from the one to the other
 * says otherwise: so a partition of any shape, in one direction or both,
 * is a handful of numbers that change all at once, and needs neither a
 * bridge nor a filter nor any right on the host.
 *
 *   loss FROM>TO=PPM …  -> ok           1000000 drops everything
 *   count FROM>TO       -> ok PASSED DROPPED
 *   seed NUMBER         -> ok           of the generator behind the loss
 *   (anything else)     -> error TEXT
 *
 * Guest N has the MAC address 52:54:00:56:43:NN; frames to such an address
 * go to port NN alone, all others to every port.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_PORTS	64
#define MAX_FRAME	(68 * 1024)
#define ALL		1000000u
/* A paused guest must find an old packet or two, not an hour of them. */
#define QUEUE_BYTES	(128 * 1024)

static const uint8_t mac_prefix[5] = { 0x52, 0x54, 0x00, 0x56, 0x43 };

struct port {
	int listen_fd, fd;
	size_t in_len;		/* bytes of the frame being received */
	size_t out_len;		/* rest of the frame being sent */
	uint8_t in[4 + MAX_FRAME];
	uint8_t out[4 + MAX_FRAME];
};

struct path {
	uint32_t loss;		/* parts per million */
	uint64_t passed, dropped;
};

static struct port ports[MAX_PORTS + 1];
static struct path paths[MAX_PORTS + 1][MAX_PORTS + 1];
static unsigned int nports;
static uint64_t rng = 1;

static void die(const char *what)
{
	fprintf(stderr, "netswitch: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint32_t random_below(uint32_t limit)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng >> 16) % limit;
}

static void unplug(struct port *port)
{
	close(port->fd);
	port->fd = -1;
	port->in_len = 0;
	port->out_len = 0;
}

/* Send what is left of a frame. Returns true when the port is free. */
static bool flush_port(struct port *port)
{
	ssize_t n;

	if (!port->out_len)
		return true;
	n = send(port->fd, port->out, port->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0) {
		port->out_len -= n;
		memmove(port->out, port->out + n, port->out_len);
	}
	return !port->out_len;
}

/* One frame with its length in front. A port that is full drops it. */
static bool send_frame(struct port *port, const uint8_t *frame, size_t len)
{
	ssize_t n;

	if (port->fd < 0 || !flush_port(port))
		return false;
	n = send(port->fd, frame, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n <= 0)
		return false;
	port->out_len = len - n;
	memcpy(port->out, frame + n, port->out_len);
	return true;
}

static void forward(unsigned int from, unsigned int to, const uint8_t *frame,
		    size_t len)
{
	struct path *path = &paths[from][to];
	bool lost = path->loss && random_below(ALL) < path->loss;

	if (!lost && send_frame(&ports[to], frame, len))
		path->passed++;
	else
		path->dropped++;
}

static void route(unsigned int from, const uint8_t *frame, size_t len)
{
	const uint8_t *dst = frame + 4;
	unsigned int to;

	if (len >= 4 + 14 && !memcmp(dst, mac_prefix, sizeof(mac_prefix)) &&
	    dst[5] >= 1 && dst[5] <= nports) {
		if (dst[5] != from)
			forward(from, dst[5], frame, len);
		return;
	}
	for (to = 1; to <= nports; to++)
		if (to != from)
			forward(from, to, frame, len);
}

/* Take as many whole frames out of the buffer as there are. */
static bool take_frames(unsigned int from)
{
	struct port *port = &ports[from];
	size_t used = 0;
	uint32_t len;

	while (port->in_len - used >= 4) {
		memcpy(&len, port->in + used, 4);
		len = ntohl(len);
		if (len > MAX_FRAME)
			return false;
		if (port->in_len - used < 4 + len)
			break;
		route(from, port->in + used, 4 + len);
		used += 4 + len;
	}
	port->in_len -= used;
	memmove(port->in, port->in + used, port->in_len);
	return true;
}

static void receive(unsigned int from)
{
	struct port *port = &ports[from];
	ssize_t n = recv(port->fd, port->in + port->in_len,
			 sizeof(port->in) - port->in_len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		port->in_len += n;
		if (take_frames(from))
			return;
	}
	unplug(port);
}

static void plug(struct port *port)
{
	int size = QUEUE_BYTES;
	int fd = accept4(port->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	/* A new QEMU for the same guest: the old one is dead. */
	if (port->fd >= 0)
		unplug(port);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	port->fd = fd;
}

static struct path *find_path(const char *word, int *used)
{
	unsigned int from, to;

	if (sscanf(word, "%u>%u%n", &from, &to, used) != 2 || !from || !to ||
	    from > nports || to > nports)
		return NULL;
	return &paths[from][to];
}

/* Either all of the words are good, or nothing changes. */
static bool set_loss(const char *words, bool commit)
{
	struct path *path;
	unsigned int ppm;
	int used;

	for (; *words; words += used) {
		words += strspn(words, " ");
		path = find_path(words, &used);
		if (!path)
			return false;
		words += used;
		if (sscanf(words, "=%u%n", &ppm, &used) != 1 || ppm > ALL)
			return false;
		if (commit)
			path->loss = ppm;
	}
	return true;
}

static void command(char *line)
{
	struct path *path = NULL;
	int used;

	if (!strncmp(line, "count ", 6))
		path = find_path(line + 6, &used);
	if (!strncmp(line, "loss ", 5) && set_loss(line + 5, false)) {
		set_loss(line + 5, true);
		puts("ok");
	} else if (!strncmp(line, "seed ", 5)) {
		rng = strtoull(line + 5, NULL, 0) | 1;
		puts("ok");
	} else if (path) {
		printf("ok %llu %llu\n", (unsigned long long)path->passed,
		       (unsigned long long)path->dropped);
	} else {
		printf("error cannot understand \"%s\"\n", line);
	}
	fflush(stdout);
}

/* Commands come whole: the harness writes a line and waits for its answer. */
static void read_command(void)
{
	static char buf[64 * 1024];
	static size_t len;
	ssize_t n = read(STDIN_FILENO, buf + len, sizeof(buf) - len - 1);
	char *end;

	if (n <= 0)
		exit(0);
	len += n;
	buf[len] = '\0';
	while ((end = strchr(buf, '\n'))) {
		*end = '\0';
		command(buf);
		len -= end + 1 - buf;
		memmove(buf, end + 1, len + 1);
	}
	if (len == sizeof(buf) - 1)
		exit(1);
}

static void listen_on(struct port *port, const char *dir, unsigned int number)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/port%u", dir,
		     number) >= (int)sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		die(dir);
	}
	port->fd = -1;
	port->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (port->listen_fd < 0 ||
	    bind(port->listen_fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(port->listen_fd, 4))
		die(addr.sun_path);
}

static void turn(void)
{
	struct pollfd fds[1 + 2 * MAX_PORTS] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	unsigned int i;

	for (i = 1; i <= nports; i++) {
		fds[2 * i - 1].fd = ports[i].listen_fd;
		fds[2 * i - 1].events = POLLIN;
		fds[2 * i].fd = ports[i].fd;
		fds[2 * i].events = POLLIN | (ports[i].out_len ? POLLOUT : 0);
	}
	if (poll(fds, 1 + 2 * nports, -1) < 0 && errno != EINTR)
		die("poll");
	for (i = 1; i <= nports; i++) {
		if (fds[2 * i].revents & POLLOUT)
			flush_port(&ports[i]);
		if (fds[2 * i].revents & ~POLLOUT)
			receive(i);
		if (fds[2 * i - 1].revents)
			plug(&ports[i]);
	}
	if (fds[0].revents)
		read_command();
}

int main(int argc, char **argv)
{
	unsigned int i;

	nports = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	if (!nports || nports > MAX_PORTS) {
		fputs("usage: netswitch DIR PORTS\n", stderr);
		return 2;
	}
	/* Guests burn all the CPU they get; packets should not wait for them. */
	if (nice(-10) < 0)
		errno = 0;
	for (i = 1; i <= nports; i++)
		listen_on(&ports[i], argv[1], i);
	puts("ok");
	fflush(stdout);
	for (;;)
		turn();
}
