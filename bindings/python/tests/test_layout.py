"""The structs in Python have the layout that a C compiler gives those of sluice.h."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from sluice import _structs

INCLUDE = Path(__file__).resolve().parents[3] / "include"
C_FIELD = {"from_": "from"}  # a keyword of Python


def assertions() -> str:
    lines = ["#include <sluice/sluice.h>"]
    for kind, name in _structs.C_NAMES.items():
        lines.append(f'_Static_assert(sizeof({name}) == {_structs.ctypes.sizeof(kind)}, "sizeof {name}");')
        for field, _ in kind._fields_:
            offset = getattr(kind, field).offset
            field = C_FIELD.get(field, field)
            lines.append(f'_Static_assert(offsetof({name}, {field}) == {offset}, "{name}.{field}");')
    return "\n".join(lines) + "\n"


class Layout(unittest.TestCase):
    def compile(self, source: str) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "layout.c")
            file.write_text(source)
            compiler = os.environ.get("CC", "cc")
            return subprocess.run(
                [compiler, "-std=c11", "-fsyntax-only", f"-I{INCLUDE}", str(file)], capture_output=True, text=True
            )

    def test_equals_the_header(self) -> None:
        done = self.compile(assertions())
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_would_notice_a_difference(self) -> None:
        source = assertions().replace("offsetof(sluice_decision, path) == ", "offsetof(sluice_decision, path) == 8 + ")
        self.assertNotEqual(self.compile(source).returncode, 0)

    def test_covers_every_struct_with_fields(self) -> None:
        header = (INCLUDE / "sluice" / "sluice.h").read_text()
        declared = {
            line.removeprefix("typedef struct ").removesuffix(" {")
            for line in header.splitlines()
            if line.startswith("typedef struct ") and line.endswith("{")
        }
        self.assertEqual(declared - set(_structs.C_NAMES.values()), {"sluice_allocator"})


if __name__ == "__main__":
    unittest.main()
