/* File locations as configure has set them; see paths.h. */
#include "common/paths.h"

const char kf_path_conf[] = KF_PATH_CONF;
const char kf_path_key_device[] = KF_PATH_KEY_DEVICE;
const char kf_path_machine_key[] = KF_PATH_MACHINE_KEY;
const char kf_path_socket[] = KF_PATH_SOCKET;
const char kf_path_store[] = KF_PATH_STORE;
const char kf_path_udev_rule[] = KF_PATH_UDEV_RULE;
const char kf_path_verify[] = KF_PATH_VERIFY;
const int64_t kf_release_time = KF_RELEASE_TIME;

uid_t
kf_trusted_uid(void)
{
	return 0;
}

const char *
kf_trusted_top(void)
{
	return "/";
}
