#!/usr/bin/env python3
"""embed.py - the library's sources, one after another, as a C array; its version is named by its
own content.

usage: embed.py functions.lua ... functions.c
"""
import hashlib
import sys

source = b"".join(open(path, "rb").read() for path in sys.argv[1:-1])
version = hashlib.sha256(source).hexdigest()[:16]
text = source.replace(b"@VERSION@", version.encode())
rows = [", ".join("0x%02x" % b for b in text[i:i + 12]) for i in range(0, len(text), 12)]
with open(sys.argv[-1], "w") as out:
    out.write("/* functions.c - made by embed.py from functions*.lua. */\n")
    out.write('#include "bus/provision.h"\n\n')
    out.write('const char yq_functions_version[] = "%s";\n' % version)
    out.write("const size_t yq_functions_length = %d;\n" % len(text))
    out.write("const char yq_functions_source[] = {\n\t" + ",\n\t".join(rows) + ", 0\n};\n")
