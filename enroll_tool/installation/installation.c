/* Opens the configuration, store and machine key; see installation.h. */
#include "enroll_tool/installation/installation.h"

#include "common/clock.h"
#include "common/paths.h"
#include "enroll_tool/cli/terminal.h"
#include "factors/factor.h"
#include "processes/privileges.h"

int64_t
kf_store_deadline(void)
{
	return kf_clock_monotonic() + KF_STORE_MS;
}

bool
kf_clock_is_usable(const char *command)
{
	if (kf_clock_wall() >= kf_release_time)
		return true;
	kf_complain("%s: this machine's clock is wrong (it shows a time before "
	    "this release of keyfirst): set it first", command);
	return false;
}

/* Only a warning, because a [service] section may name the factor. */
void
kf_warn_if_not_asked(const struct kf_installation *in, const char *command,
    enum kf_kind kind)
{
	const struct kf_factor *factor = kf_factor_of(kind);

	if ((in->conf.factors & factor->conf_bit) == 0)
		kf_complain("%s: the option factors in keyfirst.conf leaves "
		    "out %s, so logins will not ask for it, unless their "
		    "[service] has factors of its own", command,
		    factor->name);
}

static enum kf_exit
complain(const char *path, enum kf_err err)
{
	if (err == KF_ERR_MISSING)
		kf_complain("%s: missing: run keyfirst setup", path);
	else
		kf_complain("%s: %s: run keyfirst setup, which says what is "
		    "wrong", path, kf_strerror(err));
	return KF_EXIT_ERROR;
}

static enum kf_exit
load_conf(struct kf_conf *conf)
{
	struct kf_ini_error error;
	enum kf_err err = kf_conf_load(kf_path_conf, "keyfirst", conf, &error);

	if (err == KF_OK)
		return KF_EXIT_DONE;
	if (err == KF_ERR_MISSING) {
		kf_complain("%s: missing: make install or the package puts "
		    "it there; one line, [default], is enough", kf_path_conf);
		return KF_EXIT_ERROR;
	}
	if (error.line > 0)
		kf_complain("%s: line %u: %s: see keyfirst.conf(5)",
		    kf_path_conf, error.line, error.reason);
	else
		kf_complain("%s: %s", kf_path_conf, error.reason);
	return KF_EXIT_ERROR;
}

enum kf_exit
kf_installation_key(struct kf_installation *in)
{
	enum kf_err err = kf_machine_key_load(kf_path_machine_key, &in->key);

	return err == KF_OK ? KF_EXIT_DONE :
	    complain(kf_path_machine_key, err);
}

enum kf_exit
kf_installation_open(struct kf_installation *in, bool with_key)
{
	uid_t uid;
	gid_t gid;
	enum kf_err err;

	*in = (struct kf_installation){ 0 };
	if (load_conf(&in->conf) != KF_EXIT_DONE)
		return KF_EXIT_ERROR;
	err = kf_service_user(&uid, &gid);
	if (err != KF_OK)
		return complain(kf_path_store, err);
	if (with_key && kf_installation_key(in) != KF_EXIT_DONE)
		return KF_EXIT_ERROR;
	err = kf_store_open(in->conf.store, &in->store);
	if (err != KF_OK) {
		(void)complain(in->conf.store, err);
		kf_installation_close(in);
		return KF_EXIT_ERROR;
	}
	return KF_EXIT_DONE;
}

void
kf_installation_close(struct kf_installation *in)
{
	kf_machine_key_wipe(&in->key);
	kf_store_close(in->store);
	in->store = NULL;
}
