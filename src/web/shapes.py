#!/usr/bin/env python3
"""shapes.py - shapes.txt as the types of the page: shapes.py --typescript > dashboard/src/api/types.ts

The document of the API is made from the same blocks.  A line that is none of the three forms of
shapes.txt, or a type that nobody describes, ends it with the line's number.
"""

import pathlib
import re
import sys

TEXT = {"text": "string", "int": "number", "bool": "boolean", "decimal": "Decimal", "time": "Time",
        "date": "CalendarDate", "id": "Id"}
ENUM = re.compile(r"^enum (\w+)\s+(.+)$")
OBJECT = re.compile(r"^([A-Z]\w*)\s+(.*)$")
FIELD = re.compile(r"^  (\w+)\s+(\w+)(\[\])?(\?)?(?:\s+(.*))?$")


def read(path):
    """([(name, [value])], [(name, what it is, [(field, type, list, null, what it is)])])"""
    enums, shapes = [], []
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if match := ENUM.match(line):
            enums.append((match[1], match[2].split()))
        elif match := OBJECT.match(line):
            shapes.append((match[1], match[2], []))
        elif shapes and (match := FIELD.match(line)):
            shapes[-1][2].append((match[1], match[2], bool(match[3]), bool(match[4]), match[5] or ""))
        else:
            sys.exit(f"{path}:{number}: neither an enum, an object nor a field: {line}")
    known = set(TEXT) | {name for name, _ in enums} | {name for name, _, _ in shapes}
    for name, _, fields in shapes:
        for field, kind, *_ in fields:
            if kind not in known:
                sys.exit(f"{path}: {name}.{field}: nobody describes {kind}")
    return enums, shapes


def typescript(enums, shapes):
    lines = ["/* types.ts - what the API answers. Made from src/web/shapes.txt; do not edit. */", "",
             "/** Digits as text: money and quantities never pass through a number. */",
             "export type Decimal = string;", "/** RFC 3339, UTC. */", "export type Time = string;",
             "/** 2026-11-22 */", "export type CalendarDate = string;", "export type Id = string;"]
    for name, values in enums:
        listed = ", ".join(f"'{value}'" for value in values)
        lines += ["", f"export const {name}Values = [{listed}] as const;",
                  f"export type {name} = (typeof {name}Values)[number];"]
    for name, what, fields in shapes:
        lines += ["", f"/** {what} */", f"export interface {name} {{"]
        for field, kind, many, null, text in fields:
            kind = TEXT.get(kind, kind) + ("[]" if many else "") + (" | null" if null else "")
            lines += ([f"  /** {text} */"] if text else []) + [f"  {field}: {kind};"]
        lines.append("}")
    return "\n".join(lines) + "\n"


def main():
    if sys.argv[1:] != ["--typescript"]:
        sys.exit(__doc__)
    print(typescript(*read(pathlib.Path(__file__).with_name("shapes.txt"))), end="")


if __name__ == "__main__":
    main()
