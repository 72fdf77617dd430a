"""Every golden case of tests/cases holds through Python too."""

from __future__ import annotations

import unittest
from typing import Any
from unittest import mock

import golden
import sluice
from golden import case_file


class Cases(unittest.TestCase):
    router: sluice.Router | None
    found: tuple[sluice.Diagnostic, ...]

    def compile(self, block: case_file.Block) -> None:
        options, refused = golden.compile_options(block.options)
        self.router = None
        try:
            self.router = sluice.Router.compile(block.text(), sluice.CompileOptions(**options), seed=0)
            self.found = self.router.diagnostics
        except sluice.CompileError as error:
            self.found = error.diagnostics
        self.assertEqual(self.router is None, refused, "\n".join(map(str, self.found)))

    def ask(self, request: dict[str, Any]) -> sluice.Decision:
        assert self.router
        # Each line has a context of its own. Claims stand in the line as the rules name them.
        claims = request.pop("flat_claims", [])
        self.router._local.__dict__.clear()
        self.router._streams = iter(lambda: 0, None)
        with mock.patch("sluice.router.flatten", lambda _: claims):
            return self.router.route(claims={"given": True} if claims else None, **request)

    def replay(self, block: case_file.Block) -> int:
        if block.kind == "rules":
            with self.subTest(block.heading, line=block.number):
                self.compile(block)
            return 0
        lines = list(block.words())
        for number, line in lines:
            with self.subTest(block.heading, line=number):
                if block.kind == "findings":
                    self.assertTrue(golden.finding(line, self.found), line)
                    continue
                asked, expected = case_file.sides(line)
                decision = self.ask(golden.request(asked))
                self.assertIsNone(golden.wrong(expected, decision), f"{line}\n{decision}")
        return len(lines)

    def test_hold(self) -> None:
        self.assertTrue(case_file.paths())
        for path in case_file.paths():
            with self.subTest(file=path.name):
                self.assertGreater(sum(self.replay(block) for block in case_file.blocks(path)), 0)

    def test_would_notice_a_wrong_line(self) -> None:
        decision = sluice.Decision(outcome=sluice.Outcome.NOT_FOUND, status=404)
        self.assertIsNone(golden.wrong(["404"], decision))
        self.assertIsNotNone(golden.wrong(["503"], decision))
        self.assertIsNotNone(golden.wrong(["404", "path=/x"], decision))
        self.assertIsNotNone(golden.wrong(["404", "set:a=b"], decision))
        self.assertIsNotNone(golden.wrong(["404", "nonsense"], decision))


if __name__ == "__main__":
    unittest.main()
