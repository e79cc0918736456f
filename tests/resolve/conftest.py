"""A folder of files that links and images lead to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.pictures import png


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A source's folder with files, and a secret next to it."""
    root = tmp_path / "source"
    (root / "sub dir").mkdir(parents=True)
    (root / "sub dir" / "File.txt").write_text("x")
    (tmp_path / "secret.png").write_bytes(png())
    (root / "out.png").symlink_to(tmp_path / "secret.png")
    (root / "map.png").write_bytes(png(4, 3))
    return root
