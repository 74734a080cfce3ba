// SPDX-License-Identifier: GPL-2.0-only
/*
 * The harness speaks to the disk server here: one line in, one line out.
 *
 *   mark TEXT            -> ok SEQ    a mark in the log
 *   drained GUEST TEXT   -> ok SEQ    the same, when GUEST has no connection
 *   connections GUEST    -> ok COUNT
 *   hold GUEST           -> ok        its writes wait
 *   hold GUEST FROM LEN  -> ok        those to this range of bytes do
 *   release GUEST        -> ok        they go on
 *   waiting GUEST        -> ok COUNT  of its requests that wait
 *   block|allow GUEST    -> ok        its writes fail / succeed
 *   reset                -> ok SEQ    zero the disk
 *   anything else        -> error TEXT
 *
 * Each connection has a thread of its own, because "drained" waits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"
#include "store.h"

static void answer_seq(FILE *out, uint64_t seq)
{
	if (seq)
		fprintf(out, "ok %llu\n", (unsigned long long)seq);
	else
		fputs("error the log or the disk cannot be written\n", out);
}

static void hold(uint32_t guest, const char *range)
{
	unsigned long long from, length;

	if (sscanf(range, "%llu %llu", &from, &length) == 2 && length)
		store_hold(guest, from, length);
	else
		store_hold_all(guest);
}

/* Commands about one guest. Returns false for a word it does not know. */
static bool guest_command(FILE *out, const char *word, uint32_t guest,
			  const char *text)
{
	if (!strcmp(word, "drained")) {
		answer_seq(out, store_mark_drained(guest, text));
		return true;
	}
	if (!strcmp(word, "connections")) {
		fprintf(out, "ok %u\n", store_connections(guest));
		return true;
	}
	if (!strcmp(word, "waiting")) {
		fprintf(out, "ok %u\n", store_waiting(guest));
		return true;
	}
	if (!strcmp(word, "hold"))
		hold(guest, text);
	else if (!strcmp(word, "release"))
		store_release(guest);
	else if (!strcmp(word, "block") || !strcmp(word, "allow"))
		store_block(guest, *word == 'b');
	else
		return false;
	fputs("ok\n", out);
	return true;
}

static void obey(FILE *out, char *line)
{
	unsigned int guest;
	char *text = line;
	char *word = strsep(&text, " ");
	char *rest = text;
	char *number;

	if (!strcmp(word, "mark") && text) {
		answer_seq(out, store_mark(text));
		return;
	}
	if (!strcmp(word, "reset")) {
		answer_seq(out, store_reset());
		return;
	}
	number = strsep(&rest, " ");
	guest = number ? strtoul(number, NULL, 10) : 0;
	if (!guest || guest >= STORE_GUESTS)
		fprintf(out, "error %s: a guest's number is missing\n", word);
	else if (!guest_command(out, word, guest, rest ? rest : ""))
		fprintf(out, "error %s: unknown command\n", word);
}

static void *serve(void *arg)
{
	int fd = (intptr_t)arg;
	FILE *in = fdopen(fd, "r");
	FILE *out = fdopen(dup(fd), "w");
	char *line = NULL;
	size_t room = 0;

	while (in && out && getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		obey(out, line);
		if (fflush(out))
			break;
	}
	free(line);
	if (out)
		fclose(out);
	if (in)
		fclose(in);
	return NULL;
}

static void *accept_all(void *arg)
{
	int listening = (intptr_t)arg;
	pthread_t thread;
	int fd;

	while ((fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC)) >= 0 ||
	       errno == EINTR || errno == ECONNABORTED) {
		if (fd < 0)
			continue;
		if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd))
			close(fd);
		else
			pthread_detach(thread);
	}
	return NULL;
}

int control_start(int listening)
{
	pthread_t thread;
	int err = pthread_create(&thread, NULL, accept_all,
				 (void *)(intptr_t)listening);

	if (!err)
		pthread_detach(thread);
	return err;
}
