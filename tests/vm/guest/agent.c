// SPDX-License-Identifier: GPL-2.0-only
/*
 * The harness's hand inside a guest, and its process 1: /init becomes this.
 *
 *   agent PORT      PORT is a virtio-serial port
 *   agent -e COMMAND [ARGUMENT...]
 *                   become COMMAND, with SIGINT and SIGQUIT to be heard: a
 *                   shell's background is deaf to them, and no shell in it
 *                   can mend that
 *
 * It runs commands, streams what they print, and streams the kernel's log.
 * It is real-time and locked in memory, so that a guest that a test starves
 * can still be observed. Each line is a header; LEN bytes may follow.
 *
 *   harness -> agent   run ID LEN            a script for /bin/sh
 *                      put ID MODE LEN PATH  a file to write
 *                      seed ID LEN           for the random number generator
 *                      kill ID SIGNAL        to the process group of run ID
 *                      now ID
 *   agent -> harness   out ID NS LEN         from the command's stdout, stderr
 *                      exit ID NS STATUS     128 + signal, if killed
 *                      now ID NS
 *                      kmsg 0 NS LEN         one record of /dev/kmsg
 *
 * NS is CLOCK_MONOTONIC. Output may follow an exit: what a command leaves
 * running in the background keeps its stream.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_JOBS	128
#define CHUNK		65536

struct job {
	bool used;		/* until it ended and so did its output */
	unsigned long id;
	pid_t pid;		/* 0: has ended */
	int out;		/* -1: is at its end */
};

static struct job jobs[MAX_JOBS];
static int port, kmsg, signals;
static char chunk[CHUNK];
static char in[CHUNK];		/* read from the port, not used yet */
static size_t in_start, in_end;

static unsigned long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/*
 * While the machine goes down a port takes nothing, and says so by a 0 each
 * time: do not spin in front of what is to be done.
 */
static void write_all(int fd, const char *p, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n <= 0) {
			usleep(10000);
			continue;
		}
		p += n;
		len -= n;
	}
}

__attribute__((format(printf, 1, 2)))
static void tell(const char *fmt, ...)
{
	char line[128];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	write_all(port, line, n);
}

/* The next byte from the harness; blocks, for it sends what it announces. */
static char next(void)
{
	struct pollfd fd = { .fd = port, .events = POLLIN };
	ssize_t n;

	while (in_start == in_end) {
		n = read(port, in, sizeof(in));
		if (n > 0) {
			in_start = 0;
			in_end = n;
		} else if (poll(&fd, 1, -1) > 0 && fd.revents & POLLHUP) {
			usleep(100000);	/* the harness is gone, QEMU will be */
		}
	}
	return in[in_start++];
}

static char *next_body(size_t len)
{
	char *body = malloc(len + 1);
	size_t i;

	for (i = 0; i < len; i++) {
		char c = next();

		if (body)
			body[i] = c;
	}
	if (body)
		body[len] = '\0';
	return body;
}

static struct job *find_job(unsigned long id)
{
	struct job *job;

	for (job = jobs; job < jobs + MAX_JOBS; job++)
		if (job->used && job->id == id)
			return job;
	return NULL;
}

static void become_command(int out, const char *script)
{
	struct sched_param normal = { .sched_priority = 0 };
	sigset_t none;
	int null = open("/dev/null", O_RDONLY);

	setsid();
	sched_setscheduler(0, SCHED_OTHER, &normal);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	execl("/bin/sh", "sh", "-c", script, NULL);
	dprintf(2, "/bin/sh: %s\n", strerror(errno));
	_exit(127);
}

static bool start(struct job *job, unsigned long id, const char *script)
{
	int fds[2];
	pid_t pid;

	if (!script || pipe2(fds, O_CLOEXEC))
		return false;
	pid = fork();
	if (pid == 0)
		become_command(fds[1], script);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return false;
	}
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	*job = (struct job){
		.used = true, .id = id, .pid = pid, .out = fds[0],
	};
	return true;
}

static void run(unsigned long id, size_t len)
{
	char *script = next_body(len);
	struct job *job;

	for (job = jobs; job < jobs + MAX_JOBS; job++)
		if (!job->used)
			break;
	if (job == jobs + MAX_JOBS || !start(job, id, script))
		tell("exit %lu %llu 126\n", id, now_ns());
	free(script);
}

static void put(unsigned long id, mode_t mode, size_t len, const char *path)
{
	char *body = next_body(len);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	int status = fd < 0 || !body;

	if (!status) {
		fchmod(fd, mode);
		write_all(fd, body, len);
	}
	if (fd >= 0)
		close(fd);
	free(body);
	tell("exit %lu %llu %d\n", id, now_ns(), status);
}

/*
 * Guests that continue from one saved state would all draw the same numbers
 * until the next reseeding, a minute later: cause one now.
 */
static void seed(unsigned long id, size_t len)
{
	struct rand_pool_info *pool = calloc(1, sizeof(*pool) + len + 1);
	char *body = next_body(len);
	int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);
	int status = 1;

	if (pool && body && fd >= 0) {
		pool->entropy_count = 8 * len;
		pool->buf_size = len;
		memcpy(pool->buf, body, len);
		status = ioctl(fd, RNDADDENTROPY, pool) ||
			 ioctl(fd, RNDRESEEDCRNG);
	}
	if (fd >= 0)
		close(fd);
	free(body);
	free(pool);
	tell("exit %lu %llu %d\n", id, now_ns(), status);
}

static void command(void)
{
	char line[512], path[400];
	unsigned long id;
	unsigned int mode;
	struct job *job;
	size_t n = 0;
	size_t len;
	int signal;
	char c;

	while ((c = next()) != '\n')
		if (n < sizeof(line) - 1)
			line[n++] = c;
	line[n] = '\0';
	if (sscanf(line, "now %lu", &id) == 1) {
		tell("now %lu %llu\n", id, now_ns());
	} else if (sscanf(line, "run %lu %zu", &id, &len) == 2) {
		run(id, len);
	} else if (sscanf(line, "put %lu %o %zu %399s", &id, &mode, &len, path) == 4) {
		put(id, mode, len, path);
	} else if (sscanf(line, "seed %lu %zu", &id, &len) == 2) {
		seed(id, len);
	} else if (sscanf(line, "kill %lu %d", &id, &signal) == 2) {
		job = find_job(id);
		if (job && job->pid)
			kill(-job->pid, signal);
	}
}

/* Pass on what is there. */
static void stream(struct job *job)
{
	ssize_t n = -1;

	while (job->out >= 0 && (n = read(job->out, chunk, sizeof(chunk))) > 0) {
		tell("out %lu %llu %zd\n", job->id, now_ns(), n);
		write_all(port, chunk, n);
	}
	if (n == 0) {
		close(job->out);
		job->out = -1;
	}
	job->used = job->pid || job->out >= 0;
}

static void reap(void)
{
	struct signalfd_siginfo info;
	struct job *job;
	int status;
	pid_t pid;

	while (read(signals, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (job = jobs; job < jobs + MAX_JOBS; job++)
			if (job->used && job->pid == pid)
				break;
		if (job == jobs + MAX_JOBS)
			continue;	/* an orphan */
		stream(job);
		tell("exit %lu %llu %d\n", job->id, now_ns(),
		     WIFEXITED(status) ? WEXITSTATUS(status) :
		     128 + WTERMSIG(status));
		job->pid = 0;
		stream(job);
	}
}

static void stream_kmsg(void)
{
	ssize_t n;

	/* EPIPE: the log overran us, go on with the oldest there is. */
	while ((n = read(kmsg, chunk, sizeof(chunk))) > 0 ||
	       (n < 0 && errno == EPIPE)) {
		if (n < 0)
			continue;
		tell("kmsg 0 %llu %zd\n", now_ns(), n);
		write_all(port, chunk, n);
	}
}

static void turn(void)
{
	struct pollfd fds[3 + MAX_JOBS] = {
		{ .fd = port, .events = POLLIN },
		{ .fd = kmsg, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	int i;

	for (i = 0; i < MAX_JOBS; i++) {
		fds[3 + i].fd = jobs[i].used ? jobs[i].out : -1;
		fds[3 + i].events = POLLIN;
	}
	if (poll(fds, 3 + MAX_JOBS, in_start < in_end ? 0 : -1) < 0)
		return;
	if (fds[1].revents)
		stream_kmsg();
	for (i = 0; i < MAX_JOBS; i++)
		if (fds[3 + i].fd >= 0 && fds[3 + i].revents)
			stream(&jobs[i]);
	if (fds[2].revents)
		reap();
	if (fds[0].revents || in_start < in_end)
		command();
	/* The machine goes down: let it, rather than spin in front of it. */
	if (fds[0].revents & (POLLHUP | POLLERR))
		usleep(10000);
}

static void make_safe(void)
{
	struct sched_param high = {
		.sched_priority = sched_get_priority_max(SCHED_RR),
	};
	sigset_t child;

	mlockall(MCL_CURRENT | MCL_FUTURE);
	sched_setscheduler(0, SCHED_RR, &high);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	signals = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int attend(char **command)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	execvp(command[0], command);
	fprintf(stderr, "agent: %s: %s\n", command[0], strerror(errno));
	return 127;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "-e"))
		return attend(argv + 2);
	port = argc == 2 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
	if (port < 0) {
		fprintf(stderr, "agent: no port to the harness\n");
		return 1;
	}
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	make_safe();
	for (;;)
		turn();
}
