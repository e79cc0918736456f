"""Pages from a file may name any path: packagers only read files in the folder."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pipeline.package import package
from tests.helpers import making
from tests.helpers.pictures import png

SECRET = b"what nobody may read"


@pytest.mark.parametrize("edition", ["web", "ebook", "handout"])
@pytest.mark.parametrize("path", ["../secret.png", "link.png", "sub", "absolute"])
def test_paths_out_of_the_folder_are_refused(edition: str, path: str, tmp_path: Path) -> None:
    folder = tmp_path / "source"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(SECRET)
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "a.png").write_bytes(png())
    path = str(tmp_path / "secret.png") if path == "absolute" else path
    text = "---\ntitle: T\nlang: en\n---\n\n![A well](a.png)\n"
    pages = making.rendered(making.resolved(text, edition, folder), "a")
    assets = tuple(msgspec.structs.replace(each, path=path, data=b"") for each in pages.assets)
    assert assets
    made = package(msgspec.structs.replace(pages, assets=assets), folder)
    assert SECRET not in made.data
    assert made.diagnostics
