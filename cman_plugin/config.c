// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses the options of a join. Whatever is refused is refused with the
 * offending word and what to write instead. Called in process context, with
 * no lock; see config.h for the words.
 */
#include <linux/errno.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/parser.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <net/ipv6.h>

#include "config.h"

enum cman_word {
	WORD_NODEID,
	WORD_PORT,
	WORD_HEARTBEAT,
	WORD_DEAD,
	WORD_FENCE_DELAY,
	WORD_STALL,
	WORD_TWO_NODE,
	WORD_WAIT_FOR_ALL,
	WORD_REBOOT_FENCES,
	NR_NUMBERS,
	WORD_PEERS = NR_NUMBERS,
	WORD_BIND,
	WORD_PROFILE,
	WORD_AUTH,
	WORD_UNKNOWN,
};

static const match_table_t cman_words = {
	{ WORD_NODEID, "nodeid=%s" },
	{ WORD_PORT, "port=%s" },
	{ WORD_HEARTBEAT, "heartbeat=%s" },
	{ WORD_DEAD, "dead=%s" },
	{ WORD_FENCE_DELAY, "fence_delay=%s" },
	{ WORD_STALL, "stall=%s" },
	{ WORD_TWO_NODE, "two_node=%s" },
	{ WORD_WAIT_FOR_ALL, "wait_for_all=%s" },
	{ WORD_REBOOT_FENCES, "reboot_fences=%s" },
	{ WORD_PEERS, "peers=%s" },
	{ WORD_BIND, "bind=%s" },
	{ WORD_PROFILE, "profile=%s" },
	{ WORD_AUTH, "auth=%s" },
	{ WORD_UNKNOWN, NULL },
};

static const struct {
	size_t offset;
	u32 min;
	u32 max;
} cman_numbers[NR_NUMBERS] = {
#define NUMBER(member, min, max) { offsetof(struct cman_join, member), min, max }
	[WORD_NODEID]		= NUMBER(nodeid, 1, U32_MAX),
	[WORD_PORT]		= NUMBER(port, 1, U16_MAX),
	[WORD_HEARTBEAT]	= NUMBER(heartbeat_ms, 10, 10000),
	[WORD_DEAD]		= NUMBER(dead, 3, 100),
	[WORD_FENCE_DELAY]	= NUMBER(fence_delay_ms, 0, 60000),
	[WORD_STALL]		= NUMBER(stall_ms, 1000, 600000),
	[WORD_TWO_NODE]		= NUMBER(two_node, 0, 1),
	[WORD_WAIT_FOR_ALL]	= NUMBER(wait_for_all, 0, 1),
	[WORD_REBOOT_FENCES]	= NUMBER(reboot_fences, 0, 1),
#undef NUMBER
};

struct cman_parser {
	struct cman_join *join;
	unsigned long seen;		/* bit per enum cman_word */
	char *why;
	size_t why_len;
};

__printf(2, 3)
static int refuse(struct cman_parser *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(p->why, p->why_len, fmt, args);
	va_end(args);
	return -EINVAL;
}

static int parse_number(struct cman_parser *p, enum cman_word word,
			const char *text, const char *value)
{
	u32 min = cman_numbers[word].min, max = cman_numbers[word].max;
	u32 number;

	if (kstrtou32(value, 10, &number) || number < min || number > max)
		return refuse(p, "\"%s\": give a number from %u to %u",
			      text, min, max);
	*(u32 *)((u8 *)p->join + cman_numbers[word].offset) = number;
	return 0;
}

/* One machine's, and not in need of an interface beside it. */
static bool is_unicast(const union cman_addr *addr)
{
	__be32 v4 = addr->in.sin_addr.s_addr;

	if (addr->sa.sa_family == AF_INET6)
		return (ipv6_addr_type(&addr->in6.sin6_addr) &
			(IPV6_ADDR_UNICAST | IPV6_ADDR_LINKLOCAL |
			 IPV6_ADDR_MAPPED)) == IPV6_ADDR_UNICAST;
	return !ipv4_is_zeronet(v4) && !ipv4_is_multicast(v4) &&
	       !ipv4_is_lbcast(v4);
}

/* ADDRESS, or [ADDRESS]; what follows it is left in *@text. */
static int parse_address(const char **text, union cman_addr *addr)
{
	const char *end;

	memset(addr, 0, sizeof(*addr));
	if (**text == '[') {
		if (!in6_pton(*text + 1, -1, (u8 *)&addr->in6.sin6_addr, ']',
			      &end) || *end != ']')
			return -EINVAL;
		addr->in6.sin6_family = AF_INET6;
		*text = end + 1;
		return is_unicast(addr) ? 0 : -EINVAL;
	}
	if (!in4_pton(*text, strcspn(*text, ":*"),
		      (u8 *)&addr->in.sin_addr, -1, &end))
		return -EINVAL;
	addr->in.sin_family = AF_INET;
	*text = end;
	return is_unicast(addr) ? 0 : -EINVAL;
}

static void set_port(union cman_addr *addr, u32 port)
{
	if (addr->sa.sa_family == AF_INET6)
		addr->in6.sin6_port = htons(port);
	else
		addr->in.sin_port = htons(port);
}

/* The number up to the first of @stop, which *@text is moved to. */
static int parse_part(const char **text, const char *stop, u32 min, u32 max,
		      u32 *number)
{
	size_t len = strcspn(*text, stop);
	char digits[12];

	if (len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, *text, len);
	digits[len] = '\0';
	if (kstrtou32(digits, 10, number) || *number < min || *number > max)
		return -EINVAL;
	*text += len;
	return 0;
}

static int parse_peer(struct cman_parser *p, const char *text)
{
	struct cman_join *join = p->join;
	struct cman_peer_option *peer = &join->peers[join->nr_peers];
	const char *rest = text;
	u32 port = 0;

	if (join->nr_peers == CMAN_NODES_MAX)
		return refuse(p, "\"peers=\": at most %u", CMAN_NODES_MAX);
	memset(peer, 0, sizeof(*peer));
	peer->votes = 1;
	if (parse_part(&rest, "@", 1, U32_MAX, &peer->nodeid) || *rest != '@')
		goto bad;
	rest++;
	if (parse_address(&rest, &peer->addr))
		goto bad;
	if (*rest == ':') {
		rest++;
		if (parse_part(&rest, "*", 1, U16_MAX, &port))
			goto bad;
	}
	set_port(&peer->addr, port);
	if (*rest == '*') {
		rest++;
		if (parse_part(&rest, "", 0, CMAN_VOTES_MAX, &peer->votes))
			goto bad;
	}
	if (*rest)
		goto bad;
	join->nr_peers++;
	return 0;

bad:
	return refuse(p, "peer \"%s\": write %s; unicast, not link-local", text,
		      "ID@ADDRESS[:PORT][*VOTES], IPv6 as [ADDRESS]");
}

static int parse_peers(struct cman_parser *p, char *value)
{
	char *text;
	int err;

	while ((text = strsep(&value, "+"))) {
		err = parse_peer(p, text);
		if (err)
			return err;
	}
	return 0;
}

static int parse_profile(struct cman_parser *p, const char *text,
			 const char *value)
{
	bool fast = !strcmp(value, "fast");

	if (!fast && strcmp(value, "default"))
		return refuse(p, "\"%s\": write profile=default or profile=fast",
			      text);
	if (!(p->seen & BIT(WORD_HEARTBEAT)))
		p->join->heartbeat_ms = fast ? 20 : 100;
	if (!(p->seen & BIT(WORD_DEAD)))
		p->join->dead = fast ? 12 : 10;
	return 0;
}

static int parse_auth(struct cman_parser *p, const char *text,
		      const char *value)
{
	p->join->no_auth = !strcmp(value, "none");
	if (!p->join->no_auth && strcmp(value, "key"))
		return refuse(p, "\"%s\": write auth=key or auth=none", text);
	return 0;
}

static int parse_bind(struct cman_parser *p, const char *text,
		      const char *value)
{
	if (parse_address(&value, &p->join->bind) || *value)
		return refuse(p, "\"%s\": write bind=ADDRESS, IPv6 as [ADDRESS]",
			      text);
	return 0;
}

static int parse_string(struct cman_parser *p, enum cman_word word,
			const char *text, char *value)
{
	switch (word) {
	case WORD_PEERS:
		return parse_peers(p, value);
	case WORD_BIND:
		return parse_bind(p, text, value);
	case WORD_PROFILE:
		return parse_profile(p, text, value);
	case WORD_AUTH:
		return parse_auth(p, text, value);
	default:
		return -EINVAL;
	}
}

static int parse_word(struct cman_parser *p, char *text)
{
	substring_t args[MAX_OPT_ARGS];
	enum cman_word word;
	char *value;

	word = match_token(text, cman_words, args);
	if (word == WORD_UNKNOWN)
		return refuse(p, "\"%s\": unknown word, or no value", text);
	if (p->seen & BIT(word))
		return refuse(p, "\"%s\": given twice; leave one out", text);
	p->seen |= BIT(word);
	value = args[0].from;	/* up to the end of text */
	if (word < NR_NUMBERS)
		return parse_number(p, word, text, value);
	return parse_string(p, word, text, value);
}

static int compare_peers(const void *a, const void *b)
{
	const struct cman_peer_option *x = a, *y = b;

	if (x->nodeid == y->nodeid)
		return 0;
	return x->nodeid < y->nodeid ? -1 : 1;
}

static bool same_address(const union cman_addr *a, const union cman_addr *b)
{
	return a->sa.sa_family && !memcmp(a, b, sizeof(*a));
}

/* Each id and each address once. */
static int check_peers(struct cman_parser *p)
{
	struct cman_join *join = p->join;
	struct cman_peer_option *peers = join->peers;
	u32 i, j;

	for (i = 0; i < join->nr_peers; i++) {
		for (j = 0; j < i; j++) {
			if (peers[i].nodeid == peers[j].nodeid)
				return refuse(p, "\"peers=\": id %u twice",
					      peers[i].nodeid);
			if (same_address(&peers[i].addr, &peers[j].addr))
				return refuse(p, "\"peers=\": entries %u and %u have one address",
					      j + 1, i + 1);
		}
	}
	return 0;
}

/* An address to bind to leaves no socket for peers of the other family. */
static int check_bind(struct cman_parser *p)
{
	const struct cman_join *join = p->join;
	u32 i;

	for (i = 0; join->bind.sa.sa_family && i < join->nr_peers; i++) {
		if (join->peers[i].addr.sa.sa_family !=
		    join->bind.sa.sa_family)
			return refuse(p, "\"bind=\": node %u in peers= is of another family",
				      join->peers[i].nodeid);
	}
	return 0;
}

/* This node is in its own table, if need be without an address. */
static int add_local(struct cman_parser *p)
{
	struct cman_join *join = p->join;
	u32 i;

	for (i = 0; i < join->nr_peers; i++) {
		if (join->peers[i].nodeid == join->nodeid)
			return 0;
	}
	if (join->nr_peers == CMAN_NODES_MAX)
		return refuse(p, "\"peers=\": at most %u", CMAN_NODES_MAX);
	memset(&join->peers[i], 0, sizeof(join->peers[i]));
	join->peers[i].nodeid = join->nodeid;
	join->peers[i].votes = 1;
	join->nr_peers++;
	return 0;
}

static int check_table(struct cman_parser *p)
{
	struct cman_join *join = p->join;
	u32 i, votes = 0;

	for (i = 0; i < join->nr_peers; i++)
		votes += join->peers[i].votes;
	if (!votes)
		return refuse(p, "\"peers=\": nobody has a vote");
	if (join->two_node && (join->nr_peers != 2 || votes != 2))
		return refuse(p, "\"two_node=1\": needs two nodes in peers=, a vote each");
	sort(join->peers, join->nr_peers, sizeof(join->peers[0]),
	     compare_peers, NULL);
	return 0;
}

static int check_options(struct cman_parser *p)
{
	struct cman_join *join = p->join;
	u32 i;
	int err;

	if (!join->nodeid)
		return refuse(p, "\"nodeid=\" is missing: give this node its id");
	if (!join->nr_peers)
		return refuse(p, "\"peers=\" is missing: name the others, ID@ADDRESS+...");
	for (i = 0; i < join->nr_peers; i++) {
		if (!join->peers[i].addr.in.sin_port)
			set_port(&join->peers[i].addr, join->port);
	}
	err = check_peers(p);
	if (!err)
		err = check_bind(p);
	if (!err)
		err = add_local(p);
	if (!err)
		err = check_table(p);
	if (!(p->seen & BIT(WORD_WAIT_FOR_ALL)))
		join->wait_for_all = join->two_node;
	return err;
}

/**
 * cman_join_parse() - turn the words of a join into numbers
 * @join: all of it is overwritten
 * @text: comma-separated key=value words
 * @why: on -EINVAL, the offending word and the remedy
 * @why_len: size of @why
 *
 * Context: process context, may sleep.
 * Return: 0, -EINVAL (a word; see @why), -ENOMEM.
 */
int cman_join_parse(struct cman_join *join, const char *text, char *why,
		    size_t why_len)
{
	struct cman_parser parser = {
		.join = join, .why = why, .why_len = why_len,
	};
	char *copy, *rest, *word;
	int err = 0;

	why[0] = '\0';
	memset(join, 0, sizeof(*join));
	join->port = CMAN_PORT_DEFAULT;
	join->heartbeat_ms = 100;
	join->dead = 10;
	join->fence_delay_ms = 2000;
	join->stall_ms = 30000;

	copy = kstrdup(text, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	rest = copy;
	while (!err && (word = strsep(&rest, ","))) {
		if (*word)
			err = parse_word(&parser, word);
	}
	if (!err)
		err = check_options(&parser);
	kfree(copy);
	return err;
}
