"""Keys and the certificates that they sign for themselves: of a connected app that logs in by JWT, of a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def certificate_pem(key: rsa.RSAPrivateKey) -> str:
    """A self-signed certificate of this machine's address, good for a day and vouched for by nobody."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sfpush test")])
    now = datetime.now(UTC)
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(addresses, critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate and its key, both as PEM files."""
    key = new_key()
    written = folder / "certificate.pem", folder / "key.pem"
    written[0].write_text(certificate_pem(key))
    written[1].write_text(private_pem(key))
    return written
