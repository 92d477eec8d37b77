#!/usr/bin/env python3
"""Write the migrations as C: embed.py OUTPUT.c NNNN_name.sql...

A statement ends with a ';' at the end of a line; lines that begin with '--' are left out.
"""
import os
import re
import sys


def statements(path):
    current = []
    for line in open(path, encoding='utf-8'):
        line = line.rstrip()
        if not line or line.startswith('--'):
            continue
        current.append(line)
        if line.endswith(';'):
            yield '\n'.join(current)[:-1]
            current = []
    if current:
        sys.exit(f'{path}: the last statement does not end with ";"')


def quoted(text):
    escaped = text.replace('\\', '\\\\').replace('"', '\\"')
    return '\n\t    '.join(f'"{line}\\n"' for line in escaped.split('\n'))


def main():
    out = ['/* Made from src/store/migrations by embed.py. */', '#include "store/migrate.h"', '']
    rows = []
    for expected, path in enumerate(sys.argv[2:], start=1):
        match = re.fullmatch(r'(\d{4})_([a-z0-9_]+)\.sql', os.path.basename(path))
        if not match or int(match[1]) != expected:
            sys.exit(f'{path}: expected {expected:04d}_name.sql; versions have no gaps')
        body = ',\n'.join('\t' + quoted(text) for text in statements(path))
        out += [f'static const char *const statements_{expected}[] = {{', body + ',', '};', '']
        rows.append(f'\t{{ {expected}, "{match[2]}", statements_{expected}, '
                    f'sizeof(statements_{expected}) / sizeof(statements_{expected}[0]) }},')
    out += ['const struct yq_migration yq_migrations[] = {', *rows, '};',
            f'const size_t yq_migration_count = {len(rows)};', '']
    with open(sys.argv[1], 'w', encoding='utf-8') as file:
        file.write('\n'.join(out))


main()
