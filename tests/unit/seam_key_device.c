/*
 * kf_path_key_device as a variable that a test can set; see unit.h.  It is not
 * in seams.c because common/paths.h, which seams.c includes, declares it const.
 */
#include <stddef.h>
#include <string.h>

extern char kf_path_key_device[256];
char kf_path_key_device[256] = "/nonexistent/keyfirst-key-device";

void
unit_set_key_device(const char *path);

void
unit_set_key_device(const char *path)
{
	size_t len = strnlen(path, sizeof(kf_path_key_device) - 1);

	memset(kf_path_key_device, 0, sizeof(kf_path_key_device));
	memcpy(kf_path_key_device, path, len);
}
