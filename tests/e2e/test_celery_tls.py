"""A broker behind TLS is believed only with a certificate that an authority we trust has signed."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.broker import Broker
from tests.e2e.stand import PATIENCE, ROOT

SEND = "import django; django.setup(); from webhooks import celery_app; celery_app.Sender().send()"


def make_certificate(directory: Path) -> tuple[Path, Path]:
    """One for localhost, signed by itself; the files of the certificate and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = directory / "certificate.pem", directory / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def send(url: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Send a wake-up from a process of its own, which needs no database for it."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", SEND],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ENV_FILE": "",
            "SECRET_KEY": os.environ["SECRET_KEY"],
            "FIELD_KEYS": os.environ["FIELD_KEYS"],
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
            "ENGINE": "celery",
            "CELERY_BROKER_URL": url,
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_broker_whose_certificate_nobody_signed_is_not_believed(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    broker = Broker(tmp_path)
    try:
        port = broker.listen_with_tls(certificate, key)
        url = f"rediss://localhost:{port}/0"
        refused = send(url)
        assert refused.returncode == 1
        assert "CannotWake" in refused.stderr
        assert "CERTIFICATE_VERIFY_FAILED" in refused.stderr
        assert broker.received() == 0
        sent = send(url, SSL_CERT_FILE=str(certificate))
        assert (sent.returncode, sent.stderr) == (0, "")
        assert broker.received() == 1
    finally:
        broker.stop()
