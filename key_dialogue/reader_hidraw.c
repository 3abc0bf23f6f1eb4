/*
 * Security keys among Linux's hidraw devices; see reader.h.  sysfs tells which
 * hidraw devices are security keys, and the name of each, without opening any.
 * No byte is read from a device here.
 */
#include "key_dialogue/reader.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/text.h"

#define CLASS "/sys/class/hidraw"
#define NODES "/dev"
#define DESCRIPTOR_MAX 4096	/* HID_MAX_DESCRIPTOR_SIZE */

/* The collection of a FIDO device (CTAP 2.1, 11.2.8.2). */
#define FIDO_PAGE 0xf1d0U
#define FIDO_USAGE 0x01U

/* Is it "hidraw" and a number, as the kernel names these devices? */
static bool
is_hidraw(const char *name)
{
	const char *p = name + strlen("hidraw");

	if (strncmp(name, "hidraw", strlen("hidraw")) != 0 || *p == '\0')
		return false;
	while (isdigit((unsigned char)*p))
		p++;
	return *p == '\0' && p - name <= 16;
}

/* Reads a file of sysfs below the class; its length, 0 without such a file. */
static size_t
read_fact(const char *name, const char *fact, unsigned char *bytes, size_t size)
{
	char path[128];
	size_t done = 0;
	ssize_t n = 1;
	int fd;

	if (kf_text_format(path, sizeof(path), CLASS "/%s/%s", name, fact) !=
	    KF_OK)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return 0;
	while (n > 0 && done < size) {
		n = read(fd, bytes + done, size - done);
		if (n > 0)
			done += (size_t)n;
	}
	(void)close(fd);
	return done;
}

static uint32_t
little_endian(const unsigned char *bytes, size_t len)
{
	uint32_t n = 0;

	for (size_t i = len; i > 0; i--)
		n = n << 8 | bytes[i - 1];
	return n;
}

/*
 * Items of a report descriptor (HID 1.11, 6.2.2): a tag with its size, then the
 * data.  FIDO is the usage of a collection on the outermost level.
 */
static bool
describes_fido(const unsigned char *p, size_t left)
{
	uint32_t page = 0, usage = 0;
	unsigned depth = 0;

	while (left > 0) {
		unsigned tag = p[0];
		size_t head = tag == 0xfe ? 3 : 1;	/* a long item */
		size_t len = (tag & 3) == 3 ? 4 : tag & 3;

		if (left < head)
			return false;
		if (head == 3)
			len = p[1];
		if (left - head < len)
			return false;
		switch (head == 3 ? 0 : tag & 0xfc) {
		case 0x04:	/* usage page */
			page = little_endian(p + 1, len);
			break;
		case 0x08:	/* usage, of four bytes with its page */
			usage = little_endian(p + 1, len);
			if (len < 4)
				usage |= page << 16;
			break;
		case 0xa0:	/* collection */
			if (depth++ == 0 &&
			    usage == (FIDO_PAGE << 16 | FIDO_USAGE))
				return true;
			usage = 0;
			break;
		case 0xc0:	/* end of one */
			if (depth > 0)
				depth--;
			usage = 0;
			break;
		}
		p += head + len;
		left -= head + len;
	}
	return false;
}

static bool
is_fido(const char *name)
{
	unsigned char bytes[DESCRIPTOR_MAX];
	size_t len = read_fact(name, "device/report_descriptor", bytes,
	    sizeof(bytes));

	return describes_fido(bytes, len);
}

/* HID_NAME of the device's uevent: "Yubico YubiKey OTP+FIDO+CCID". */
static void
read_name(const char *name, char clean[KF_READER_NAME_SIZE])
{
	static const char key[] = "HID_NAME=";
	char text[2048];
	size_t len = read_fact(name, "device/uevent", (unsigned char *)text,
	    sizeof(text) - 1);
	char *line = text, *end;

	clean[0] = '\0';
	text[len] = '\0';
	while (line != NULL && strncmp(line, key, strlen(key)) != 0) {
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
	if (line == NULL)
		return;
	line += strlen(key);
	end = strchr(line, '\n');
	if (end != NULL)
		*end = '\0';
	kf_text_filter(clean, KF_READER_NAME_SIZE, line, false);
}

size_t
kf_reader_list(struct kf_reader readers[KF_READERS_MAX])
{
	DIR *dir = opendir(CLASS);
	struct dirent *entry;
	size_t count = 0;

	while (dir != NULL && count < KF_READERS_MAX &&
	    (entry = readdir(dir)) != NULL) {
		struct kf_reader *r = &readers[count];

		if (!is_hidraw(entry->d_name) || !is_fido(entry->d_name))
			continue;
		memset(r, 0, sizeof(*r));
		r->fd = -1;
		if (kf_text_format(r->path, sizeof(r->path), NODES "/%s",
		    entry->d_name) != KF_OK)
			continue;
		read_name(entry->d_name, r->name);
		count++;
	}
	if (dir != NULL)
		(void)closedir(dir);
	return count;
}

/*
 * Is the open device still the device of that name in sysfs?  The name can have
 * passed to another device.
 */
static bool
is_same(int fd, const char *name)
{
	char expected[32];
	unsigned char bytes[32];
	size_t len = read_fact(name, "dev", bytes, sizeof(bytes));
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	    kf_text_format(expected, sizeof(expected), "%u:%u\n",
	    major(st.st_rdev), minor(st.st_rdev)) == KF_OK &&
	    len == strlen(expected) && memcmp(bytes, expected, len) == 0;
}

enum kf_err
kf_reader_open(struct kf_reader *reader)
{
	const char *name = reader->path + strlen(NODES "/");

	reader->fd = -1;
	if (strncmp(reader->path, NODES "/", strlen(NODES "/")) != 0 ||
	    !is_hidraw(name) || !is_fido(name))
		return KF_ERR_MISSING;
	reader->fd = open(reader->path, O_RDWR | O_CLOEXEC | O_NOCTTY |
	    O_NOFOLLOW);
	if (reader->fd < 0 && (errno == EACCES || errno == EPERM))
		return KF_ERR_UNTRUSTED;
	if (reader->fd < 0)
		return errno == ENOENT || errno == ENODEV || errno == ENXIO ?
		    KF_ERR_MISSING : KF_ERR_IO;
	if (!is_same(reader->fd, name)) {
		kf_reader_close(reader);
		return KF_ERR_MISSING;
	}
	read_name(name, reader->name);
	return KF_OK;
}

void
kf_reader_close(struct kf_reader *reader)
{
	if (reader->fd >= 0)
		(void)close(reader->fd);
	reader->fd = -1;
}

int
kf_reader_watch(void)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (fd < 0)
		return -1;
	/* Attributes, because udev changes the owner after it made the node. */
	if (inotify_add_watch(fd, NODES, IN_CREATE | IN_ATTRIB | IN_DELETE |
	    IN_ONLYDIR) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/*
 * Everybody may change the times of /dev/null and so cause events without end.
 * So events are read once, and events of other names are ignored.
 */
bool
kf_reader_seen(int watch)
{
	char events[4096] __attribute__((aligned(8)));
	ssize_t n = read(watch, events, sizeof(events));
	bool ours = false;

	for (size_t at = 0; n > 0 && at < (size_t)n;) {
		const struct inotify_event *e =
		    (const struct inotify_event *)(const void *)(events + at);

		/* An event without a name: events were lost. */
		ours |= e->len == 0 || is_hidraw(e->name);
		at += sizeof(*e) + e->len;
	}
	return ours;
}
