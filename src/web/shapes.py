#!/usr/bin/env python3
"""shapes.py - shapes.txt as the types of the page: shapes.py --typescript > dashboard/src/api/types.ts
and as the components of the API's document, in C: shapes.py --c > shapes.c

  A line that is none of the three forms of
shapes.txt, or a type that nobody describes, ends it with the line's number.
"""

import json
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


PLAIN = {"text": {"type": "string"}, "int": {"type": "integer"}, "bool": {"type": "boolean"},
         "decimal": {"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"},
         "time": {"type": "string", "format": "date-time"}, "date": {"type": "string", "format": "date"},
         "id": {"type": "string", "format": "uuid"}}


def schema_of(kind, many, null, text):
    schema = dict(PLAIN[kind]) if kind in PLAIN else {"$ref": f"#/components/schemas/{kind}"}
    if many:
        schema = {"type": "array", "items": schema}
    if null:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "description": text} if text else schema


def schemas(enums, shapes):
    """The object of all components: an answer has every member, and no other."""
    all_of_them = {name: {"type": "string", "enum": values} for name, values in enums}
    for name, what, fields in shapes:
        all_of_them[name] = {
            "type": "object", "description": what,
            "properties": {field: schema_of(*rest) for field, *rest in fields},
            "required": [field for field, *_ in fields], "additionalProperties": False}
    return all_of_them


def c_source(enums, shapes):
    names = ", ".join(f'"{name}"' for name, _, _ in shapes)
    lines = ["/* shapes.c - made by shapes.py from shapes.txt. */", '#include "web/shapes.h"', "",
             f"const char *const yq_shape_names[] = {{ {names} }};",
             f"const size_t yq_shape_count = {len(shapes)};", "const char *const yq_shape_schemas[] = {"]
    for name, schema in schemas(enums, shapes).items():
        member = f"{json.dumps(name)}:{json.dumps(schema, separators=(',', ':'))}"
        lines.append(f"\t{json.dumps(member)},")
    return "\n".join(lines + ["\tNULL", "};"]) + "\n"


MAKES = {"--typescript": typescript, "--c": c_source}


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in MAKES:
        sys.exit(__doc__)
    print(MAKES[sys.argv[1]](*read(pathlib.Path(__file__).with_name("shapes.txt"))), end="")


if __name__ == "__main__":
    main()
