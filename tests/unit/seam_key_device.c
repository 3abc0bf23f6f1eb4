/*
 * kf_path_key_device as something that a test can set; see unit.h.  Apart from
 * the other seams, since common/paths.h says that it never changes.
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
