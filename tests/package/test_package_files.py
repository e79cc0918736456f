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
def test_paths_out_of_the_folder_are_refused(edition: str, tmp_path: Path) -> None:
    folder = tmp_path / "source"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(SECRET)
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    paths = ("../secret.png", "link.png", "sub", str(tmp_path / "secret.png"))
    for number in range(len(paths)):
        (folder / f"{number}.png").write_bytes(png())
    text = "\n\n".join(f"![A well]({number}.png)" for number in range(len(paths)))
    document = making.resolved(f"---\ntitle: T\nlang: en\n---\n\n{text}\n", edition, folder)
    pages = making.rendered(document, "a")
    assets = tuple(
        msgspec.structs.replace(asset, path=path, data=b"")
        for asset, path in zip(pages.assets, paths, strict=True)
    )
    made = package(msgspec.structs.replace(pages, assets=assets), folder)
    assert SECRET not in made.data
    assert len(made.diagnostics) == len(paths), made.diagnostics
