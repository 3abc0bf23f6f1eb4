#!/usr/bin/python3
"""A hostile module: speaks to the verifier's socket as whoever runs it.

caller.py claim FIELD=VALUE...   one request with these claims; the answer
caller.py descriptor             passes one with the request
caller.py ask                    "ask", then a code from standard input; the
                                 answer
caller.py hold N [silent]        so many sessions, how many were kept, and what
                                 ended the others; holds them until the end of
                                 standard input.  silent: says nothing on them
caller.py listen                 in the place of the verifier; how many bytes
                                 the first to come said
caller.py start COMMAND...       with a socket of root's as 0 and 1, and bytes
                                 to read: how many it left, and said
Where the socket is, is fixed: /run/keyfirst/verify.socket.  It must not be used
as a model of a module.
"""
import array
import os
import select
import socket
import struct
import subprocess
import sys

PATH = "/run/keyfirst/verify.socket"
FIELDS = ["conf", "service", "user", "rhost", "tty", "connection",
          "ssh-auth-info", "command"]
NAMES = {0x81: "hello", 0x82: "info", 0x83: "error", 0x84: "ask",
         0x85: "ask-blind", 0x86: "grant", 0x87: "deny", 0x88: "exempt"}
WAIT = 30


def frame(kind, payload):
    return struct.pack(">IB", 1 + len(payload), kind) + payload


def string(text):
    return struct.pack(">H", len(text)) + text


HELLO = frame(1, struct.pack(">H", 1) + b"n" * 16)


def request(claims):
    payload = struct.pack(">BI", int(claims.pop("operation", 1)),
                          int(claims.pop("uid", os.geteuid())))
    flags = int(claims.pop("flags", 0))
    ruid = int(claims.pop("ruid", os.getuid()))
    claims.setdefault("service", "hostile")
    for field in FIELDS:
        payload += string(claims.pop(field, "").encode())
    assert not claims, claims
    return frame(2, payload + struct.pack(">II", flags, ruid))


def connect():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(WAIT)
    s.connect(PATH)
    return s


def exactly(s, count):
    data = b""
    while len(data) < count:
        more = s.recv(count - len(data))
        if not more:
            raise ConnectionResetError
        data += more
    return data


def hear(s):
    """What is said next, past mere words."""
    try:
        while True:
            length, kind = struct.unpack(">IB", exactly(s, 5))
            payload = exactly(s, length - 1)
            name = NAMES[kind]
            if name == "deny":
                return f"deny {payload[0]}"
            if name not in ("info", "error"):
                return name
    except (ConnectionResetError, BrokenPipeError):
        return "closed"


def say(s, data):
    try:
        s.sendall(data)
    except (ConnectionResetError, BrokenPipeError):
        pass


def greet(s):
    say(s, HELLO)
    return hear(s)


def claim(*claims):
    s = connect()
    answer = greet(s)
    if answer == "hello":
        say(s, request(dict(c.split("=", 1) for c in claims)))
        answer = hear(s)
    print(answer)


def descriptor():
    s = connect()
    print(greet(s))
    with open("/etc/passwd", "rb") as given:
        fds = array.array("i", [given.fileno()])
        s.sendmsg([request({})],
                  [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
    print(hear(s))


def ask():
    s = connect()
    greet(s)
    say(s, request({}))
    print(hear(s), flush=True)
    code = sys.stdin.readline().strip().encode()
    say(s, frame(3, b"\0" + string(code)))
    print(hear(s))


def hold(count, *silent):
    sockets = [connect() for _ in range(int(count))]
    ended = 0
    if silent:
        # Who is refused is told so by the end of the stream alone.
        keep = set(sockets)
        while len(keep) > 4:
            ready = select.select(list(keep), [], [], WAIT)[0]
            if not ready:
                break
            keep -= set(ready)
        ended = len(sockets) - len(keep)
    else:
        ended = sum(greet(s) == "closed" for s in sockets)
    print("held", len(sockets) - ended, "ended", ended, flush=True)
    sys.stdin.read()


def listen():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(WAIT)
    s.bind(PATH)
    os.chmod(PATH, 0o666)
    s.listen(8)
    print("ready", flush=True)
    peer, _ = s.accept()
    peer.settimeout(WAIT)
    said = 0
    while more := peer.recv(4096):
        said += len(more)
    print("heard", said)


def start(*command):
    ours, theirs = socket.socketpair()
    ours.sendall(HELLO)
    subprocess.run(command, stdin=theirs, stdout=theirs, check=False,
                   timeout=WAIT, stderr=subprocess.DEVNULL)
    theirs.setblocking(False)
    ours.setblocking(False)
    left = said = 0
    try:
        left = len(theirs.recv(4096))
    except BlockingIOError:
        pass
    try:
        said = len(ours.recv(4096))
    except BlockingIOError:
        pass
    print("left", left, "said", said)


{"claim": claim, "descriptor": descriptor, "ask": ask, "hold": hold,
 "listen": listen, "start": start}[sys.argv[1]](*sys.argv[2:])
