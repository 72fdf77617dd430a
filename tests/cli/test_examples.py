"""The bookinfo story, the README's program: `test_examples.py SLUICECTL STORY QUICKSTART SOURCE_FOLDER`."""
import os
import re
import subprocess
import sys
import unittest

STORY, QUICKSTART, SOURCE = (os.path.abspath(path) for path in sys.argv[2:5])
BOOKINFO = os.path.join(SOURCE, "examples", "bookinfo")
STEP = re.compile(r"^--- (\S+) -+$")
SHARE = re.compile(r"^    reviews (v\d) +([\d.]+) % +([\d.]+) % +(#*)$")
PERSON = re.compile(r"(anna|omar|li|jason) +((?:v\d ?){8})")


def story(*files):
    env = {**os.environ, "LC_ALL": "C"}
    return subprocess.run([STORY, *files], capture_output=True, text=True, env=env, timeout=120, check=False)


def rule_files(folder):
    folder = os.path.join(BOOKINFO, folder)
    return sorted(os.path.join(folder, name) for name in os.listdir(folder))


def steps_of(text):
    """The story's text by step: file name -> lines."""
    steps, lines = {}, []
    for line in text.splitlines():
        title = STEP.match(line)
        if title:
            lines = steps.setdefault(title.group(1), [])
        lines.append(line)
    return steps


class Story(unittest.TestCase):
    folder = "rules"

    @classmethod
    def setUpClass(cls):
        cls.files = rule_files(cls.folder)
        cls.done = story(*cls.files)
        cls.steps = steps_of(cls.done.stdout)

    def shares(self, step):
        found = [SHARE.match(line) for line in self.steps[step]]
        return {m.group(1): (float(m.group(2)), float(m.group(3)), m.group(4).count("#")) for m in found if m}

    def people(self, step):
        return {name: seen.split() for name, seen in PERSON.findall("\n".join(self.steps[step]))}

    def test_plays_to_the_end(self):
        self.assertEqual((self.done.returncode, self.done.stderr), (0, ""))
        self.assertEqual(list(self.steps), [os.path.basename(f) for f in self.files])
        self.assertTrue(self.done.stdout.endswith("along the sticky ramp: 0; shares off: 0\n"))
        self.assertLessEqual(max(map(len, self.done.stdout.splitlines())), 80)
        self.assertNotIn("\x1b", self.done.stdout)

    def test_shares(self):
        want = {"01-v2.yaml": {"v2": 100}, "02-v2-v3.yaml": {"v2": 90, "v3": 10},
                "03-v2-v3-75-25.yaml": {"v2": 75, "v3": 25}, "04-v2-v3-50-50.yaml": {"v2": 50, "v3": 50},
                "05-v2-v3-0-100.yaml": {"v2": 0, "v3": 100}, "06-tester.yaml": {"v2": 100, "v3": 0},
                "07-sticky-90-10.yaml": {"v2": 90, "v3": 10}, "08-sticky-75-25.yaml": {"v2": 75, "v3": 25},
                "09-sticky-50-50.yaml": {"v2": 50, "v3": 50}, "10-sticky-0-100.yaml": {"v2": 0, "v3": 100}}
        for step, shares in want.items():
            got = self.shares(step)
            self.assertEqual({v: s[0] for v, s in got.items()}, shares, step)
            for expected, observed, bar in got.values():
                # five standard deviations of a binomial share of 10,000
                band = 5 * (expected * (100 - expected) / 10000) ** 0.5
                self.assertLessEqual(abs(observed - expected), band + 0.005, step)
                self.assertLessEqual(abs(bar - 36 * observed / 100), 0.51, step)

    def test_people(self):
        for step, lines in self.steps.items():
            people = self.people(step)
            self.assertEqual(set(people), {"anna", "omar", "li", "jason"}, lines)
        self.assertEqual({v for seen in self.people("01-v2.yaml").values() for v in seen}, {"v2"})
        tester = self.people("06-tester.yaml")
        self.assertEqual(set(tester.pop("jason")), {"v3"})
        self.assertEqual({v for seen in tester.values() for v in seen}, {"v2"})

    def test_sticky_people_stay_and_never_fall_back(self):
        ramp = [step for step in self.steps if "sticky" in step]
        self.assertEqual(len(ramp), 4)
        for name in ("anna", "omar", "li", "jason"):
            seen = [self.people(step)[name] for step in ramp]
            self.assertTrue(all(len(set(visits)) == 1 for visits in seen), seen)
            path = [visits[0] for visits in seen]
            self.assertEqual(path, sorted(path), name)
        for step in ramp:
            self.assertIn("fallen back: 0", "\n".join(self.steps[step]))

    def test_random_people_do_not_stay(self):
        seen = self.people("04-v2-v3-50-50.yaml")
        self.assertTrue(any(len(set(visits)) > 1 for visits in seen.values()), seen)

    def test_going_back_is_noticed(self):
        files = self.files
        done = story(files[0], files[8], files[6])
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"fallen back: [1-9]")

    def test_same_every_time(self):
        self.assertEqual(story(*self.files).stdout, self.done.stdout)

    def test_bad_files(self):
        for files in ([], ["absent.yaml"], [__file__]):
            done = story(*files)
            self.assertEqual(done.returncode, 2)
            self.assertNotEqual(done.stderr, "")


class GatewayApiStory(Story):
    """The same story from HTTPRoutes: the same shares, and nobody falls back."""
    folder = "rules-gateway-api"


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as file:
            cls.text = file.read()

    def blocks(self, language):
        return re.findall(r"^```%s\n(.*?)^```$" % language, self.text, re.M | re.S)

    def test_program_is_the_file(self):
        with open(os.path.join(SOURCE, "examples", "quickstart.c"), encoding="utf-8") as file:
            self.assertEqual(self.blocks("c")[0], file.read())

    def test_program_prints_what_is_said(self):
        out = subprocess.run([QUICKSTART], capture_output=True, text=True, check=True).stdout
        self.assertEqual(self.blocks("text")[0], out)

    def test_commands_print_what_is_said(self):
        program = os.path.abspath(sys.argv[1])
        for block in self.blocks("console"):
            command, _, want = block.partition("\n")
            words = command[2:].split()
            if not command.startswith("$ sluicectl"):
                continue
            done = subprocess.run([program, *words[1:]], capture_output=True, text=True, cwd=SOURCE, check=False,
                                  env={**os.environ, "LC_ALL": "C.UTF-8"})
            self.assertEqual(done.stdout, want, command)

    def test_links_lead_somewhere(self):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", self.text):
            if "://" not in target:
                self.assertTrue(os.path.exists(os.path.join(SOURCE, target)), target)

    def test_example_of_find_package_names_real_targets(self):
        self.assertIn("find_package(sluice", self.text)
        self.assertIn("pkg-config", self.text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
