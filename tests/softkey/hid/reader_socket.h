/* What reader_socket.c has beside key_dialogue/reader.h. */
#ifndef SOFTKEY_READER_SOCKET_H
#define SOFTKEY_READER_SOCKET_H

/* Every socket in it is a security key; those of softkey --socket are. */
extern const char *softkey_directory;

#endif
