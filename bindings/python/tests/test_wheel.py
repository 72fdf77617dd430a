"""A wheel builds without network, carries the library, and works where nothing else is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
LIBRARY = os.environ["SLUICE_LIBRARY"]
PROGRAM = "import sluice, pathlib; print(pathlib.Path(sluice.__file__).parent, sluice.Router.compile('').route('a').outcome.name)"


def python(*arguments: str, **environment: str) -> str:
    base = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "SLUICE_LIBRARY", "SLUICE_BUNDLE")}
    done = subprocess.run([sys.executable, *arguments], env={**base, **environment}, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise AssertionError(f"{arguments}: {done.stderr}")
    return done.stdout


class Wheel(unittest.TestCase):
    def build(self, folder: str, **environment: str) -> Path:
        source = Path(folder, "source")
        shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
        python(
            "-m", "pip", "wheel", str(source), "--no-build-isolation", "--no-index", "--no-deps", "-q", "-w", folder,
            **environment,
        )  # fmt: skip
        (wheel,) = Path(folder).glob("*.whl")
        return wheel

    def test_carries_the_library(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            wheel = self.build(folder, SLUICE_BUNDLE=LIBRARY)
            self.assertRegex(wheel.name, r"^sluice-0\.1\.0-py3-none-linux_\w+\.whl$")
            names = zipfile.ZipFile(wheel).namelist()
            self.assertIn("sluice/py.typed", names)
            self.assertIn("sluice/libsluice.so.0.1", names)
            target = str(Path(folder, "target"))
            python("-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target", target, str(wheel))
            place, outcome = python("-c", PROGRAM, PYTHONPATH=target).split()
            self.assertEqual((place, outcome), (f"{target}/sluice", "PASSTHROUGH"))

    def test_without_a_library_uses_the_chosen_one(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            wheel = self.build(folder)
            self.assertEqual(wheel.name, "sluice-0.1.0-py3-none-any.whl")
            self.assertFalse([name for name in zipfile.ZipFile(wheel).namelist() if "libsluice" in name])
            self.assertIn("PASSTHROUGH", python("-c", PROGRAM, PYTHONPATH=str(wheel), SLUICE_LIBRARY=LIBRARY))

    def test_a_library_that_is_not_there_is_named(self) -> None:
        with self.assertRaisesRegex(AssertionError, "cannot load '/absent.so'.*SLUICE_LIBRARY"):
            python("-c", PROGRAM, PYTHONPATH=str(PACKAGE / "src"), SLUICE_LIBRARY="/absent.so")


if __name__ == "__main__":
    unittest.main()
