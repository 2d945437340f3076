"""The public half of the key that signs our notifications, as browsers want it."""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.hazmat.primitives import serialization


@lru_cache
def public_key(private_pem: str | None) -> str:
    """The application server key: an uncompressed P-256 point, base64url; empty when notifications are not set up."""
    if not private_pem:
        return ""
    public = serialization.load_pem_private_key(private_pem.encode(), password=None).public_key()
    point = public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()
