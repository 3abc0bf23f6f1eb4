/* What a child that was taken over sends; see key_session_child.h. */
#include "tests/unit/enroll_tool/key_session_child.h"

#include <sys/socket.h>

#include "protocol/msg.h"
#include "tests/unit/enroll_tool/child_seam.h"
#include "tests/unit/unit.h"

struct kf_frame child_frames[3];
size_t child_count;
size_t child_cut;

void
child_says_frames(void)
{
	for (size_t i = 0; i < child_count; i++) {
		const struct kf_frame *f = &child_frames[i];
		size_t len = f->len + 1;
		unsigned char head[5] = {
			(unsigned char)(len >> 24), (unsigned char)(len >> 16),
			(unsigned char)(len >> 8), (unsigned char)len, f->type,
		};
		bool last = i + 1 == child_count;

		(void)!send(0, head, sizeof(head), MSG_NOSIGNAL);
		(void)!send(0, f->payload, f->len - (last ? child_cut : 0),
		    MSG_NOSIGNAL);
	}
}

void
child_says_no_end(void)
{
	for (;;)
		child_says_frames();
}

void
child_says_too_much(void)
{
	static const unsigned char head[] = { 0, 0, 0x40, 1, 0xc3 };

	(void)!send(0, head, sizeof(head), MSG_NOSIGNAL);
	child_stays();
}

void
child_asks(void)
{
	struct kf_msg_answer answer;
	struct kf_frame f;

	child_count = 1;
	child_says_frames();
	if (kf_frame_read(0, &f, INT64_MAX) == KF_OK &&
	    f.type == KF_MSG_ANSWER &&
	    kf_msg_get_answer(&f, &answer) == KF_OK &&
	    answer.kind == KF_ANSWER_FAILED) {
		child_frames[0] = child_frames[1];
		child_says_frames();
	}
}
