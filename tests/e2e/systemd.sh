# shellcheck shell=bash disable=SC2154 # what is missing is site.sh's
# A real systemd with the shipped units, as process 1 of a PID namespace, with a
# cgroup of its own, which is removed with it.  Sourced by bash, after site.sh.

units=/usr/lib/systemd/system
cgroups=$site_dir/cgroups
group=
init=

# nest: what follows is for process 1; everything mounted here is its alone.
# Only the units that a socket needs are there: it must not touch the rest of
# this system, nor take /dev/log from our receiver.
# shellcheck disable=SC2016 # for the shell in there
nest='
	set -eu
	mount -t proc -o nosuid,nodev,noexec proc /proc
	mount --bind /proc/sys /proc/sys
	mount -o remount,bind,ro /proc/sys
	! mountpoint -q /sys/fs/cgroup || umount /sys/fs/cgroup
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mount --bind "$1/console" /dev/console
	mount --bind "$1/units" /usr/lib/systemd/system
	mount -t tmpfs tmpfs /usr/lib/systemd/system-generators
	mount -t tmpfs tmpfs /etc/systemd/system
	: >"$1/fstab"
	mount --bind "$1/fstab" /etc/fstab
	exec env -i container=lxc /lib/systemd/systemd --unit=sockets.target
'

# inside COMMAND...: runs it among the mounts and processes of process 1, because
# systemd accepts no other client.
inside()
{
	nsenter -t "$(pgrep -P "$init")" -m -p "$@"
}

# There is no event here that tells when systemd is ready.
booted()
{
	local try
	for try in {1..300}; do
		! inside systemctl --quiet is-system-running || return 0
		kill -0 "$init" 2>/dev/null || return 1
		sleep 0.1
	done >/dev/null 2>&1
	note "$try tries"
	return 1
}

# systemd_start USER: systemd-user-like.service is a session of USER's.
systemd_start()
{
	local unit
	rm -rf "$site_dir/systemd"
	mkdir -p "$site_dir/systemd/units" "$cgroups"
	: >"$site_dir/systemd/console"
	: >/dev/console
	[ -e /etc/fstab ] || : >/etc/fstab
	for unit in sysinit basic sockets shutdown umount final emergency \
		rescue exit reboot poweroff halt; do
		cp "$units/$unit.target" "$site_dir/systemd/units" || :
	done
	cp "$units/keyfirst-verify.socket" "$units/keyfirst-verify@.service" \
		"$site_dir/systemd/units"
	cat >"$site_dir/systemd/units/systemd-user-like.service" <<-UNIT
		[Unit]
		DefaultDependencies=no
		[Service]
		Type=oneshot
		PAMName=systemd-user
		User=$1
		ExecStart=/usr/bin/id -un
		StandardOutput=file:$site_dir/systemd/said
	UNIT
	mount -t cgroup2 cgroup2 "$cgroups"
	group=$cgroups/keyfirst-check.$$
	mkdir "$group"
	(
		echo "$BASHPID" >"$group/cgroup.procs"
		exec unshare --mount --pid --uts --ipc --cgroup --fork \
			--kill-child --propagation private \
			bash -c "$nest" - "$site_dir/systemd"
	) >"$site_dir/systemd/out" 2>&1 &
	init=$!
	booted || {
		note "$(tail -n 20 "$site_dir/systemd/out" \
			"$site_dir/systemd/console" | tr '\n' '|')"
		note "$(inside systemctl --failed --no-legend 2>&1 || :)"
		tap_bail 'systemd does not start'
	}
}

# Runs at every end, because a cgroup would stay on the host.
systemd_stop()
{
	local try
	[ -n "$group" ] || return 0
	if [ -n "$init" ]; then
		kill -KILL "$init" 2>/dev/null || :
		wait "$init" 2>/dev/null || :
		init=
	fi
	# A killed process leaves the cgroup when it is collected.
	for try in {1..100}; do
		! find "$group" -depth -type d -exec rmdir {} + 2>/dev/null ||
			break
		sleep 0.1
	done
	[ ! -e "$group" ] || note "left behind: $group ($try tries)"
	umount "$cgroups"
	group=
	rm -rf /run/systemd /run/keyfirst /dev/console
}
