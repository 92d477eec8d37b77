"""websocket_client - as much of RFC 6455 as a test needs: no fragments, nothing compressed."""
import base64
import json
import os
import socket
import struct
import time
from urllib.parse import urlsplit

PATIENCE = 20


class WebSocket:
    def __init__(self, url, tls=None):
        """`tls`: an ssl.SSLContext, for wss."""
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), PATIENCE)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname=parts.hostname)
        self.bytes = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                             "Sec-WebSocket-Version: 13\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.bytes:
            self.more()
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101"), head

    def more(self):
        block = self.socket.recv(65536)
        if not block:
            raise EOFError
        self.bytes += block

    def take(self, length):
        while len(self.bytes) < length:
            self.more()
        taken, self.bytes = self.bytes[:length], self.bytes[length:]
        return taken

    def send(self, message):
        data = (message if isinstance(message, str) else json.dumps(message)).encode()
        mask = os.urandom(4)
        head = struct.pack("!BB", 0x81, 0x80 | len(data)) if len(data) < 126 else \
            struct.pack("!BBH", 0x81, 0x80 | 126, len(data))
        self.socket.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def read(self, patience=PATIENCE):
        """(opcode, text) of the next message; None when none came in time; EOFError at the end."""
        self.socket.settimeout(patience)
        try:
            first, second = self.take(2)
            length = second & 0x7f
            if length == 126:
                length = struct.unpack("!H", self.take(2))[0]
            elif length == 127:
                length = struct.unpack("!Q", self.take(8))[0]
            data = self.take(length)
        except (TimeoutError, socket.timeout):
            return None
        except ConnectionError as fault:
            raise EOFError from fault
        if first & 0x0f == 8:
            raise EOFError
        return first & 0x0f, data.decode()

    def until(self, right, patience=PATIENCE):
        """The first message, as JSON or text, for which `right` holds."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            message = self.read(max(0.01, end - time.monotonic()))
            if message is None:
                break
            said = json.loads(message[1]) if message[1].startswith("{") else message[1]
            if right(said):
                return said
        raise AssertionError("it was not said")

    def close(self):
        self.socket.close()
