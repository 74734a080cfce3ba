// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel says, as a terminal gets it: no control character of it. */
#include <netlink/msg.h>
#include <string.h>
#include "../common/json.h"
#include "../common/text.h"
#include "../libvcs/message.h"
#include "../vcsctl/vcsctl.h"
#include "test.h"

static void cleaned(void **state)
{
	static const struct {
		const char *raw, *clean;
	} cases[] = {
		{ "", "" },
		{ "node 3: off", "node 3: off" },
		{ "\033[2Jgone\r\n\t\177", "?[2Jgone????" },
		{ "K\303\266ln \342\202\254 \360\237\220\247",
		  "K\303\266ln \342\202\254 \360\237\220\247" },
		{ "\302\23331m", "??31m" },	/* CSI in one character */
		{ "\23331m", "?31m" },		/* and in one byte */
		{ "\303", "?" },		/* ends too early */
		{ "\342\202x", "??x" },
	};
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		strcpy(text, cases[i].raw);
		text_clean(text);
		assert_string_equal(text, cases[i].clean);
	}
}

static void cleaned_in_what_is_shown(void **state)
{
	struct vcs_message message = { .cmd = VCS_CMD_EVENT };
	struct nl_msg *msg = nlmsg_alloc();
	json_t *object;

	(void)state;
	nla_put_string(msg, VCS_A_REASON, "\033]0;title\a \302\233 \377");
	nla_parse(message.attrs, VCS_A_MAX, nlmsg_data(nlmsg_hdr(msg)),
		  nlmsg_datalen(nlmsg_hdr(msg)), NULL);
	object = vcs_json(&message);
	assert_string_equal(vcs_json_str(object, "reason"), "?]0;title? ?? ?");
	json_decref(object);
	nlmsg_free(msg);
}

/* Who reads it types commands, and sends no messages. */
static void translated(void **state)
{
	char text[64];

	(void)state;
	vcsctl_translate("NODEID: no such member; GET_NODE lists them", text,
			 sizeof(text));
	assert_string_equal(text,
			    "node: no such member; vcsctl nodes lists them");
	vcsctl_translate("CLUSTER must be 1 to 31 characters and a zero byte",
			 text, sizeof(text));
	assert_string_equal(text, "cluster must be 1 to 31 characters");
	vcsctl_translate("CLUSTERS of stars", text, sizeof(text));
	assert_string_equal(text, "CLUSTERS of stars");
	vcsctl_translate("NODEID: no", text, 3);
	assert_string_equal(text, "no");
	vcsctl_translate("stop it, or set FORCE", text, sizeof(text));
	assert_string_equal(text, "stop it, or add --force");
	vcsctl_translate("or set FORCE", text, 8);
	assert_string_equal(text, "or add ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleaned),
		cmocka_unit_test(cleaned_in_what_is_shown),
		cmocka_unit_test(translated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
