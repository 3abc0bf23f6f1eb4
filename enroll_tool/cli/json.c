/* The object that --json prints; see json.h. */
#include "enroll_tool/cli/json.h"

#include <stdlib.h>

#include "common/text.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/cli/words.h"
#include "store/enrolment.h"

#define FORMAT 1

void
kf_json_start(struct kf_json *j)
{
	*j = (struct kf_json){ .top = json_object() };
	kf_json_set(j, j->top, "keyfirst", json_integer(FORMAT));
}

void
kf_json_set(struct kf_json *j, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		j->failed = true;
}

void
kf_json_append(struct kf_json *j, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		j->failed = true;
}

json_t *
kf_json_text(const char *text)
{
	char clean[KF_NAME_SIZE];

	kf_text_filter(clean, sizeof(clean), text, false);
	return json_string(clean);
}

json_t *
kf_json_time(int64_t when)
{
	char text[KF_WORDS_SIZE];

	return kf_words_time(when, text) ? json_string(text) : json_null();
}

json_t *
kf_json_reading(enum kf_err err)
{
	return json_string(err == KF_OK ? "ok" :
	    err == KF_ERR_CORRUPT ? "damaged" : "unavailable");
}

enum kf_exit
kf_json_print(struct kf_json *j)
{
	char *text = j->failed ? NULL :
	    json_dumps(j->top, JSON_INDENT(2) | JSON_PRESERVE_ORDER);

	json_decref(j->top);
	j->top = NULL;
	if (text == NULL) {
		kf_complain("--json: no memory");
		return KF_EXIT_ERROR;
	}
	kf_say("%s\n", text);
	free(text);
	return KF_EXIT_DONE;
}
