"""Builds a wheel that carries the shared library: no compiler is needed where it is installed.

SLUICE_BUNDLE names the libsluice.so to carry. Without it the wheel carries none and uses the system's.
"""

import os
import re
import shutil
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py
from wheel.bdist_wheel import bdist_wheel

HERE = Path(__file__).parent
BUNDLE = os.environ.get("SLUICE_BUNDLE")


def constant(name: str) -> str:
    """The library's name and version are written once, in the package."""
    found = re.search(rf'^{name} = "(.*)"$', (HERE / "src/sluice/_library.py").read_text(), re.MULTILINE)
    assert found, name
    return found.group(1)


class BuildWithLibrary(build_py):
    def run(self) -> None:
        super().run()
        if BUNDLE:
            shutil.copyfile(Path(BUNDLE).resolve(), Path(self.build_lib, "sluice", constant("SONAME")))


class PlatformWheel(bdist_wheel):
    """Any Python 3 of this platform: ctypes binds to no Python ABI."""

    def get_tag(self) -> tuple:
        _, _, platform = super().get_tag()
        return "py3", "none", platform


class BinaryDistribution(Distribution):
    def has_ext_modules(self) -> bool:
        return bool(BUNDLE)


setup(
    version=constant("VERSION"),
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    distclass=BinaryDistribution,
)
