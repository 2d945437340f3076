"""A push service for tests, which answers as it is told, and the browser's half of the encryption."""

import struct
import threading
import time
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def new_key() -> str:
    private = ec.generate_private_key(ec.SECP256R1())
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private.private_bytes(*form).decode()


class PushServer:
    """`with PushServer() as server:`; it answers 201 at `server.origin` + any path, unless `answer(status, **headers)`,
    `trickle` or `cut` says otherwise. `server.posts` are (path, headers, body)."""

    def __init__(self):
        self.posts: list[tuple[str, dict[str, str], bytes]] = []
        self.next: list[tuple[int, dict[str, str]]] = []
        self.trickle: str | None = None  # "head" or "body": a byte now and then
        self.cut = False  # 201, and then the connection breaks before the promised body
        self.connections = 0
        self.stop = threading.Event()

    def answer(self, status: int, **headers: str) -> None:
        self.next.append((status, {name.replace("_", "-"): value for name, value in headers.items()}))

    def choose(self, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
        """The answer to one message."""
        return self.next.pop(0) if self.next else (201, {})

    def __enter__(self):
        self._server = _Server(("127.0.0.1", 0), type("Posts", (_Posts,), {"push": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_):
        self.stop.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # of five, a sixth connection at once would wait a second for its second knock
    daemon_threads = True


class _Posts(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    push: PushServer

    def setup(self):
        super().setup()
        self.push.connections += 1

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.push.posts.append((self.path, headers, body))
        status, more = self.push.choose(headers)
        if self.push.trickle:
            return self._drip(b"HTTP/1.1 201 Created\r\nx: " if self.push.trickle == "head" else None)
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("content-length", "50" if self.push.cut else "0")
        self.end_headers()
        if self.push.cut:
            self.close_connection = True
        return None

    def _drip(self, head: bytes | None) -> None:
        self.wfile.write(head or b"HTTP/1.1 201 Created\r\ncontent-length: 500\r\n\r\n")
        while not self.push.stop.wait(0.05):
            try:
                self.wfile.write(b"x")
            except OSError:
                break
        self.close_connection = True

    def log_message(self, *_):
        pass


class Browser:
    """Holds the keys of one subscription and reads what was encrypted for it (RFC 8291)."""

    def __init__(self):
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._public = self._private.public_key().public_bytes(*POINT)
        self._secret = b"0123456789abcdef"
        self.p256dh, self.auth = (urlsafe_b64encode(part).rstrip(b"=").decode() for part in (self._public, self._secret))

    def read(self, body: bytes) -> bytes:
        salt, size, length = body[:16], struct.unpack("!L", body[16:20])[0], body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self._private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        seed = _derive(shared, self._secret, b"WebPush: info\0" + self._public + sender, 32)
        key, nonce = (
            _derive(seed, salt, b"Content-Encoding: " + what + b"\0", n) for what, n in ((b"aes128gcm", 16), (b"nonce", 12))
        )
        plain, delimiter, padding = AESGCM(key).decrypt(nonce, sealed, None).rpartition(b"\x02")
        assert delimiter
        assert not padding.strip(b"\0")
        return plain


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def wait_for(predicate, seconds: float = 10):
    """The first true value of `predicate`."""
    ends = time.monotonic() + seconds
    while not (found := predicate()):
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.01)
    return found
