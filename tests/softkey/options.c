/*
 * Parses the command line; see options.h.  usage() lists the options.
 */
#include "tests/softkey/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void __attribute__((noreturn))
usage(const char *why, const char *what)
{
	fprintf(stderr, "softkey: %s: %s\n"
	    "usage: softkey --socket PATH | --uhid[=NAME]  [OPTION...]\n"
	    "       softkey --tell PATH COMMAND...\n"
	    "  --control PATH      where it is told what to do\n"
	    "  --secret HEX        32 bytes; the same secret, the same key\n"
	    "  --aaguid HEX        16 bytes\n"
	    "  --name NAME         of the uhid device\n"
	    "  --mode fido2|u2f|both\n"
	    "  --algorithms LIST   of es256,eddsa,rs256\n"
	    "  --pin-protocols LIST   of 1,2\n"
	    "  --pin PIN\n"
	    "  --uv                it can verify a person by itself\n"
	    "  --always-uv\n"
	    "  --attestation packed|self|none\n"
	    "  --attestation-root FILE   the CA's certificate goes there\n"
	    "  --counter N         of the first signature\n"
	    "  --permissions OCTAL of the socket, 0666 otherwise\n",
	    why, what);
	exit(2);
}

static void
read_hex(const char *text, unsigned char *bytes, size_t len)
{
	if (strlen(text) != 2 * len ||
	    strspn(text, "0123456789abcdefABCDEF") != 2 * len)
		usage("not that many bytes in hex", text);
	for (size_t i = 0; i < len; i++) {
		char two[3] = { text[2 * i], text[2 * i + 1], '\0' };

		bytes[i] = (unsigned char)strtoul(two, NULL, 16);
	}
}

static unsigned long
read_number(const char *text, int base, unsigned long max)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, base);
	if (end == text || *end != '\0' || errno != 0 || *text == '-' ||
	    n > max)
		usage("not a number for this", text);
	return n;
}

/* The index of a word; "words" ends with NULL. */
static unsigned
read_word(const char *const words[], const char *text, size_t len)
{
	for (unsigned i = 0; words[i] != NULL; i++)
		if (strlen(words[i]) == len &&
		    strncmp(words[i], text, len) == 0)
			return i;
	usage("no such choice", text);
}

/* A bit for each word of the list. */
static unsigned
read_list(const char *const words[], const char *text)
{
	unsigned bits = 0;

	for (;;) {
		size_t len = strcspn(text, ",");

		bits |= 1U << read_word(words, text, len);
		if (text[len] == '\0')
			return bits;
		text += len + 1;
	}
}

static void
read_option(int option, const char *text, struct softkey_options_read *options)
{
	static const char *const modes[] = { "both", "fido2", "u2f", NULL };
	static const char *const kinds[] = { "packed", "self", "none", NULL };
	static const char *const algorithms[] = { "es256", "eddsa", "rs256",
		NULL };
	static const char *const protocols[] = { "1", "2", NULL };
	struct softkey_config *config = &options->config;

	switch (option) {
	case 's':
		options->socket = text;
		break;
	case 'd':
		if (text == NULL)
			break;
		options->name = text;
		break;
	case 'n':
		options->name = text;
		break;
	case 'c':
		options->control = text;
		break;
	case 'S':
		read_hex(text, config->secret, sizeof(config->secret));
		break;
	case 'A':
		read_hex(text, config->aaguid, sizeof(config->aaguid));
		break;
	case 'm':
		config->mode = (enum softkey_mode)read_word(modes, text,
		    strlen(text));
		break;
	case 'a':
		config->algorithms = read_list(algorithms, text);
		break;
	case 'P':
		config->pin_protocols = read_list(protocols, text);
		break;
	case 'p':
		if (strlen(text) < 4 || strlen(text) >= sizeof(config->pin))
			usage("no PIN has this length", text);
		memcpy(config->pin, text, strlen(text));
		break;
	case 'u':
		config->uv = true;
		break;
	case 'U':
		config->always_uv = true;
		break;
	case 't':
		config->attestation = (enum softkey_attestation)read_word(
		    kinds, text, strlen(text));
		break;
	case 'r':
		options->root = text;
		break;
	case 'C':
		config->counter = (uint32_t)read_number(text, 10, UINT32_MAX);
		break;
	case 'M':
		options->mode = (unsigned)read_number(text, 8, 0777);
		break;
	default:
		usage("cannot be started like this", "options");
	}
}

void
softkey_options_read(int argc, char *argv[],
    struct softkey_options_read *options)
{
	static const struct option all[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "uhid", optional_argument, NULL, 'd' },
		{ "control", required_argument, NULL, 'c' },
		{ "secret", required_argument, NULL, 'S' },
		{ "aaguid", required_argument, NULL, 'A' },
		{ "name", required_argument, NULL, 'n' },
		{ "mode", required_argument, NULL, 'm' },
		{ "algorithms", required_argument, NULL, 'a' },
		{ "pin-protocols", required_argument, NULL, 'P' },
		{ "pin", required_argument, NULL, 'p' },
		{ "uv", no_argument, NULL, 'u' },
		{ "always-uv", no_argument, NULL, 'U' },
		{ "attestation", required_argument, NULL, 't' },
		{ "attestation-root", required_argument, NULL, 'r' },
		{ "counter", required_argument, NULL, 'C' },
		{ "permissions", required_argument, NULL, 'M' },
		{ NULL, 0, NULL, 0 },
	};
	bool uhid = false;
	int option;

	memset(options, 0, sizeof(*options));
	softkey_config_default(&options->config);
	options->name = "softkey";
	options->mode = 0666;
	while ((option = getopt_long(argc, argv, "", all, NULL)) != -1) {
		uhid = uhid || option == 'd';
		read_option(option, optarg, options);
	}
	if (optind != argc)
		usage("what is this", argv[optind]);
	if (uhid == (options->socket != NULL))
		usage("one of them is needed", "--socket, --uhid");
}
