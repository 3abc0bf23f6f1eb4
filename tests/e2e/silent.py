#!/usr/bin/python3
"""A misbehaving module: starts the verifier and says nothing.

silent.py VERIFIER.  Leaves it a file and the groups of root to inherit, and
blocked and ignored signals.  Prints the verifier's process id once it waits for
the first frame; ends it at the end of standard input.
"""
import os
import signal
import socket
import sys
import time


def waits(pid):
    """Asleep, and no longer root."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        lines = dict(line.split(":", 1) for line in status)
    return (lines["State"].split()[0] == "S"
            and lines["Uid"].split()[0] != "0")


def main():
    ours, theirs = socket.socketpair()
    secret = os.open("/etc/shadow", os.O_RDONLY)
    pid = os.fork()
    if pid == 0:
        null = os.open("/dev/null", os.O_RDWR)
        os.dup2(theirs.fileno(), 0)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.dup2(secret, 7)
        os.setgroups([0, 4, 24, 27])
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        os.execve(sys.argv[1], [sys.argv[1]], {})
    theirs.close()
    deadline = time.monotonic() + 20
    while not waits(pid):
        if time.monotonic() > deadline:
            return 1
        time.sleep(0.005)
    print(pid, flush=True)
    sys.stdin.read()
    ours.close()
    os.waitpid(pid, 0)
    return 0


sys.exit(main())
