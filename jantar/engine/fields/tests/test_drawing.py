"""Pictures of images: drawn anew by a process of their own, within bounds."""

import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from jantar.engine.fields.files.drawing import TOO_LARGE, TURNED

pytestmark = pytest.mark.capability("C130")
MEGABYTE = 1024 * 1024


def drawn(picture: Any, folder: Path, name: str = "source.png", **saving: Any) -> tuple[int, Path]:
    source = folder / name
    picture.save(source, **saving)
    command = [sys.executable, "-m", "jantar.engine.fields.files.drawing", str(source), str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode, folder / "large.webp"


def test_grey_of_sixteen_bits_keeps_its_shades(tmp_path: Path) -> None:
    picture = Image.new("I;16", (256, 10))
    for column in range(256):
        for row in range(10):
            picture.putpixel((column, row), column * 256)
    code, path = drawn(picture, tmp_path)
    assert code == 0
    found: Any = Image.open(path).convert("L")
    shades = [found.getpixel((column, 5)) for column in (0, 64, 128, 192, 255)]
    for shade, meant in zip(shades, (0, 64, 128, 192, 255), strict=True):
        assert abs(shade - meant) < 8


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.webp"])
def test_every_sort_of_picture_is_drawn(mode: str, name: str, tmp_path: Path) -> None:
    picture = Image.new(mode, (4000, 3000), 1 if mode in "1LP" else None)
    try:
        picture.save(tmp_path / name)
    except (OSError, KeyError, ValueError):
        return  # this format has no such pictures
    code, path = drawn(picture, tmp_path, name)
    assert code == 0
    assert Image.open(path).size == (1600, 1200)


@pytest.mark.parametrize(("name", "size"), [("a.jpg", (300, 200)), ("a.png", (300, 200)), ("a.jpg", (6000, 4000))])
def test_a_picture_stands_as_it_was_taken_and_tells_nothing_of_the_camera(
    name: str, size: tuple[int, int], tmp_path: Path
) -> None:
    picture = Image.new("RGB", size, (255, 0, 0))
    picture.paste((0, 0, 255), (0, 0, size[0], size[1] // 2))  # blue above red
    exif = Image.Exif()
    exif[TURNED], exif[0x010F] = 6, "Camera of Eva"  # to be turned to the right
    code, path = drawn(picture, tmp_path, name, exif=exif)
    assert code == 0
    found = Image.open(path)
    assert found.width < found.height
    assert found.getpixel((2, found.height // 2))[0] > 200  # type: ignore[index]
    assert found.getpixel((found.width - 3, found.height // 2))[2] > 200  # type: ignore[index]
    assert not found.getexif()
    assert ImageOps.exif_transpose(found).size == found.size


def test_a_large_one_needs_no_more_memory_than_it_may(tmp_path: Path) -> None:
    code, _path = drawn(Image.new("RGBA", (10_900, 10_900), (1, 2, 3, 4)), tmp_path, compress_level=1)
    assert code == 0
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024 < 1024
    assert drawn(Image.new("1", (11_000, 11_000)), tmp_path)[0] == TOO_LARGE
