"""source - what the lints share: walk a tree, look at C without its comments, allow by comment, report.

A lint is a program `tools/lint/NAME [ROOT]`.  It prints `file:line: reason` for each finding and exits 1 if
there was any.  A line that has to break a rule says so and why: /* lint-allow(NAME): reason */
"""

import os
import re
import sys

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def root():
    return sys.argv[1] if len(sys.argv) > 1 else "."


def files(top, suffixes, skip=()):
    """Paths under `top`, relative to the root, that end in one of `suffixes`; sorted."""
    found = []
    for folder, folders, names in os.walk(os.path.join(root(), top)):
        folders[:] = [name for name in folders if name not in ("node_modules", "dist")]
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), root())
            if name.endswith(tuple(suffixes)) and not path.startswith(tuple(skip)):
                found.append(path)
    return sorted(found)


def read(path):
    with open(os.path.join(root(), path), encoding="utf-8", errors="replace") as file:
        return file.read()


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def code(text, strings=False):
    """`text` with its comments blanked, and its literals too unless `strings`; line numbers stay."""
    def replace(match):
        token = match[0]
        if token.startswith("/"):
            return blank(token)
        return token if strings else '"' + blank(token[1:-1]) + '"'
    return TOKEN.sub(replace, text)


def literals(text):
    """(line, content) of each C string literal outside comments; #include lines left out."""
    for match in TOKEN.finditer(text):
        if not match[0].startswith('"'):
            continue
        start = text.rfind("\n", 0, match.start()) + 1
        if not re.match(r"\s*#\s*include\b", text[start:match.start()]):
            yield text.count("\n", 0, match.start()) + 1, match[0][1:-1]


class Report:
    """Findings of one lint.  Knows the comment that allows a line to break the rule."""

    def __init__(self, name):
        self.allow = re.compile(r"lint-allow\(" + re.escape(name) + r"\): *\w")
        self.lines = {}
        self.found = 0

    def allowed(self, path, line):
        if path not in self.lines:
            self.lines[path] = read(path).split("\n")
        around = self.lines[path][max(0, line - 2):line]
        # The comment stands on the line, or alone on the one above it.
        return bool(around) and (bool(self.allow.search(around[-1])) or
                                 (around[0].lstrip().startswith(("/*", "//", "--")) and
                                  bool(self.allow.search(around[0]))))

    def add(self, path, line, reason):
        if not self.allowed(path, line):
            print(f"{path}:{line}: {reason}")
            self.found += 1

    def end(self):
        sys.exit(1 if self.found else 0)
