#!/usr/bin/python3
"""A hostile ssh client: gives one answer to every question.

OpenSSH's own client cuts what is typed at 1,023 bytes; this one sends what it
is told.  peer.py PORT USER KEYFILE KIND; KIND is a number of bytes, "nul:CODE"
or "many:CODE".  Prints one line, granted or refused; exits 0 unless granted.
It only talks to a server; it must not be used as a model of a client.
"""
import socket
import sys

import paramiko


def answer(kind):
    """The bytes that are sent for a prompt."""
    if kind.startswith("nul:"):
        # In the middle: sshd itself drops one at the end.
        return kind[4:7].encode() + b"\0" + kind[7:].encode()
    if kind.startswith("many:"):
        return kind[5:].encode()
    return b"1" * int(kind)


def main():
    port, user, keyfile, kind = sys.argv[1:5]
    prompts = []

    def handler(_title, _instructions, questions):
        prompts.extend(text for text, _echo in questions)
        extra = 3 if kind.startswith("many:") else 0
        return [answer(kind)] * (len(questions) + extra)

    transport = paramiko.Transport(
        socket.create_connection(("127.0.0.1", int(port)), 20))
    transport.start_client(timeout=20)
    transport.auth_publickey(
        user, paramiko.Ed25519Key.from_private_key_file(keyfile))
    try:
        transport.auth_interactive(user, handler)
    except (paramiko.SSHException, EOFError, OSError) as error:
        print("refused:", type(error).__name__, "prompts:", len(prompts))
    granted = transport.is_authenticated()
    transport.close()
    print("granted" if granted else "refused")
    return 1 if granted or not prompts else 0


sys.exit(main())
