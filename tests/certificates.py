"""Certificates for tests: an authority of their own, and what it signs."""

from __future__ import annotations

import subprocess
from pathlib import Path

_EXTENSIONS = "subjectAltName={names}\nextendedKeyUsage=serverAuth,clientAuth\n"


class Authority:
    """Signs certificates; its own lies at `certificate`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.certificate, self._key = folder / "ca.pem", folder / "ca.key"
        _openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-subj", "/CN=tests", "-days", "2", "-keyout", self._key, "-out", self.certificate),
        )

    def sign(self, name: str, names: str) -> tuple[Path, Path]:
        """Give a certificate for names such as `IP:127.0.0.1,DNS:localhost`, and its key."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extensions.write_text(_EXTENSIONS.format(names=names))
        _openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-subj", f"/CN={name}", "-keyout", key, "-out", request),
        )
        _openssl(
            *("x509", "-req", "-in", request, "-days", "2", "-extfile", extensions),
            *("-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial", "-out", certificate),
        )
        return certificate, key


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
