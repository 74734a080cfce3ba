// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs an agent without a shell, in a session and process group of its own.
 * Its standard input is a memory file with all it must know, so that nothing
 * is ever waited for; of its output the end is kept. After the time limit the
 * whole group gets SIGTERM, and SIGKILL a moment later. When the agent is gone
 * what it left running in its group is killed.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>
#include "agent.h"

#define EXIT_NO_EXEC	127
/* How long a killed agent may take to end; one that hangs in the kernel cannot. */
#define ABORT_MS	1000

struct agent {
	struct loop *loop;
	struct watch process;	/* pidfd */
	struct watch output;
	struct watch timer;
	pid_t pid;
	bool late;		/* the time limit has passed */
	uint64_t grace_ms;
	char tail[AGENT_TAIL_MAX];
	size_t tail_len;
	agent_done done;	/* NULL: nobody wants to know any more */
	void *arg;
};

#define agent_of(watch, member) \
	((struct agent *)((char *)(watch) - offsetof(struct agent, member)))

static bool put_word(FILE *file, const char *name, const char *value)
{
	return fprintf(file, "%s=%s\n", name, value) > 0;
}

/*
 * All of it or nothing: an agent that reads half a line would fence another
 * node, and report success for this one.
 */
static bool write_input(FILE *file, const struct target *target,
			const char *action)
{
	bool good;
	size_t i;

	/* Unbuffered, so that no secret stays behind in memory. */
	setvbuf(file, NULL, _IONBF, 0);
	good = put_word(file, "action", action) &&
	       put_word(file, "nodename", target->plug) &&
	       put_word(file, "plug", target->plug) &&
	       put_word(file, "port", target->plug);
	for (i = 0; i < target->nr_options && good; i++)
		good = put_word(file, target->options[i].name,
				target->options[i].value);
	return good && !fflush(file) && !ferror(file);
}

/* The request, as a file at its start; -1 with errno. */
static int input_file(const struct target *target, const char *action)
{
	int fd = memfd_create("fence-agent", MFD_CLOEXEC);
	int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	FILE *file = copy < 0 ? NULL : fdopen(copy, "w");
	bool good = file && write_input(file, target, action);
	int error = errno;

	if (file)
		fclose(file);
	else if (copy >= 0)
		close(copy);
	if (good && !lseek(fd, 0, SEEK_SET))
		return fd;
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}

static void child(const char *path, int in, int out, pid_t daemon)
{
	char *const argv[] = { (char *)path, NULL };
	sigset_t none;
	int sig;

	/*
	 * Nobody takes the answer of an agent whose daemon was killed, and it
	 * must not switch off a node that has been fenced and is back.
	 */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != daemon)
		_exit(EXIT_NO_EXEC);
	setsid();
	for (sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(out, 2) == 2 &&
	    !chdir("/"))
		execv(path, argv);
	dprintf(2, "cannot run %s: %s\n", path, strerror(errno));
	_exit(EXIT_NO_EXEC);
}

static void keep_tail(struct agent *agent, const char *data, size_t len)
{
	size_t keep;

	if (len > AGENT_TAIL_MAX) {
		data += len - AGENT_TAIL_MAX;
		len = AGENT_TAIL_MAX;
	}
	keep = AGENT_TAIL_MAX - len;
	if (agent->tail_len > keep) {
		memmove(agent->tail, agent->tail + agent->tail_len - keep,
			keep);
		agent->tail_len = keep;
	}
	memcpy(agent->tail + agent->tail_len, data, len);
	agent->tail_len += len;
}

/* False when there is no more to read, now or ever. */
static bool read_output(struct agent *agent)
{
	char buf[4096];
	ssize_t len = read(agent->output.fd, buf, sizeof(buf));

	if (len > 0)
		keep_tail(agent, buf, len);
	else if (!len || (errno != EAGAIN && errno != EINTR))
		loop_close(agent->loop, &agent->output);
	return len > 0;
}

static void output_ready(struct watch *watch)
{
	read_output(agent_of(watch, output));
}

/* The last line with a letter in it, control characters replaced. */
static void last_line(const struct agent *agent, char *text)
{
	const char *start = agent->tail, *end = start + agent->tail_len;
	const char *line;
	size_t len, i;

	while (end > start && isspace((unsigned char)end[-1]))
		end--;
	line = end;
	while (line > start && line[-1] != '\n')
		line--;
	len = end - line;
	if (len > AGENT_TEXT_MAX)
		len = AGENT_TEXT_MAX;
	for (i = 0; i < len; i++)
		text[i] = isprint((unsigned char)line[i]) ? line[i] : '?';
	text[len] = '\0';
}

static void agent_free(struct agent *agent)
{
	loop_close(agent->loop, &agent->process);
	loop_close(agent->loop, &agent->output);
	loop_close(agent->loop, &agent->timer);
	free(agent);
}

/* While the leader is not reaped, its group cannot be anybody else's. */
static void reap(struct agent *agent, siginfo_t *info)
{
	waitid(P_PID, agent->pid, info, WEXITED | WNOWAIT);
	kill(-agent->pid, SIGKILL);
	waitid(P_PID, agent->pid, info, WEXITED);
}

static void process_ready(struct watch *watch)
{
	struct agent *agent = agent_of(watch, process);
	struct agent_result result = { 0 };
	siginfo_t info = { 0 };
	int reads = 64;

	reap(agent, &info);
	while (reads-- && agent->output.fd >= 0 && read_output(agent))
		;
	result.code = info.si_status;
	if (agent->late)
		result.end = AGENT_TIMEOUT;
	else if (info.si_code != CLD_EXITED)
		result.end = AGENT_KILLED;
	else if (result.code == EXIT_NO_EXEC)
		result.end = AGENT_NO_START;
	else
		result.end = AGENT_EXITED;
	last_line(agent, result.said);
	if (agent->done)
		agent->done(agent->arg, &result);
	agent_free(agent);
}

static void kill_late(struct watch *watch)
{
	struct agent *agent = agent_of(watch, timer);

	kill(-agent->pid, SIGKILL);
	/* A child that has not made its group yet. */
	kill(agent->pid, SIGKILL);
	loop_timer(agent->loop, &agent->timer, AGENT_GRACE_MS, kill_late);
}

static void limit_passed(struct watch *watch)
{
	struct agent *agent = agent_of(watch, timer);

	agent->late = true;
	kill(-agent->pid, SIGTERM);
	loop_timer(agent->loop, &agent->timer, agent->grace_ms, kill_late);
}

/* Reports from the loop, as a started agent would. */
static void no_start(struct watch *watch)
{
	struct agent *agent = agent_of(watch, timer);
	struct agent_result result = { .end = AGENT_NO_START };

	last_line(agent, result.said);
	agent->done(agent->arg, &result);
	agent_free(agent);
}

static int spawn(struct agent *agent, const struct target *target,
		 const char *action)
{
	int out[2], in, pidfd;
	pid_t daemon = getpid();

	in = input_file(target, action);
	if (in < 0)
		return -1;
	if (pipe2(out, O_CLOEXEC)) {
		close(in);
		return -1;
	}
	agent->pid = fork();
	if (!agent->pid)
		child(target->agent, in, out[1], daemon);
	close(in);
	close(out[1]);
	if (agent->pid < 0) {
		close(out[0]);
		return -1;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	loop_watch(agent->loop, &agent->output, out[0], output_ready);
	pidfd = pidfd_open(agent->pid, 0);
	if (pidfd < 0)
		err(1, "pidfd_open");
	loop_watch(agent->loop, &agent->process, pidfd, process_ready);
	return 0;
}

struct agent *agent_start(struct loop *loop, const struct target *target,
			  const char *action, uint64_t limit_ms,
			  uint64_t grace_ms, agent_done done, void *arg)
{
	struct agent *agent = calloc(1, sizeof(*agent));
	const char *why;

	if (!agent)
		err(1, "agent");
	agent->loop = loop;
	agent->process.fd = -1;
	agent->output.fd = -1;
	agent->timer.fd = -1;
	agent->grace_ms = grace_ms;
	agent->done = done;
	agent->arg = arg;
	if (!spawn(agent, target, action)) {
		loop_timer(loop, &agent->timer, limit_ms, limit_passed);
		return agent;
	}
	why = strerror(errno);
	keep_tail(agent, why, strlen(why));
	loop_timer(loop, &agent->timer, 0, no_start);
	return agent;
}

void agent_kill(struct agent *agent)
{
	/* One that could not be started reports that anyway. */
	if (agent->process.fd < 0)
		return;
	kill_late(&agent->timer);
}

void agent_abort(struct agent *agent)
{
	struct pollfd end = { .fd = agent->process.fd, .events = POLLIN };
	siginfo_t info;

	if (agent->process.fd < 0) {
		agent_free(agent);
		return;
	}
	kill_late(&agent->timer);
	if (poll(&end, 1, ABORT_MS) == 1) {
		reap(agent, &info);
		agent_free(agent);
		return;
	}
	syslog(LOG_ERR, "the agent %d was killed and does not end; it is waited for no more",
	       (int)agent->pid);
	/* Should it end, the loop takes it away. */
	agent->done = NULL;
}
