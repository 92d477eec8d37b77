#!/usr/bin/env python3
"""Write the calendars as C: embed.py OUTPUT.c XX.csv... (one a country, in the order of enum yq_country)."""
import os
import sys


def quoted(text):
    escaped = text.replace('\\', '\\\\').replace('"', '\\"')
    return '\n\t    '.join(f'"{line}\\n"' for line in escaped.split('\n') if line)


def main():
    out = ['/* Made from share/calendars by embed.py. */', '#include "domain/days.h"', '',
           'const struct yq_builtin_days yq_builtin_days[YQ_COUNTRY_COUNT] = {']
    for path in sys.argv[2:]:
        name = os.path.basename(path)
        with open(path, encoding='utf-8') as file:
            out.append(f'\t[YQ_COUNTRY_{name[:2]}] = {{ "{name}",\n\t    {quoted(file.read())} }},')
    out += ['};', '']
    with open(sys.argv[1], 'w', encoding='utf-8') as file:
        file.write('\n'.join(out))


main()
