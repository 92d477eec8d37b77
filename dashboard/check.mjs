/* check.mjs - what the compiler does not see: types older than src/web/shapes.txt, inline styles as text, numbers made of money, colours
 * outside the tokens, texts that are not in the tables. */
import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const src = path.join(path.dirname(fileURLToPath(import.meta.url)), 'src');

const RULES = [
  { files: /\.tsx?$/, pattern: /\b(parseFloat|parseInt)\s*\(/, why: 'money and quantities stay texts: lib/decimal.ts' },
  { files: /\.tsx?$/, except: /lib\/decimal\.ts$|api\/problem\.ts$/, pattern: /(?<![\w.])Number\s*\(/, why: 'approximate() of lib/decimal.ts, for widths only' },
  { files: /\.tsx?$/, pattern: /dangerouslySetInnerHTML|\.innerHTML|\beval\s*\(|new Function/, why: 'the page shows text, never markup' },
  { files: /\.tsx$/, pattern: /\bstyle="/, why: 'the policy forbids styles as text; an object is set by script' },
  { files: /\.tsx?$/, pattern: /:\s*any\b|as any\b|@ts-ignore|@ts-nocheck/, why: 'say what it is' },
  { files: /\.css$/, except: /tokens\.css$/, pattern: /#[0-9a-f]{3,8}\b(?![^{]*\{)|rgba?\(/i, why: 'colours stand in tokens.css' },
  { files: /i18n\/en\/.*\.ts$/, pattern: /[\uac00-\ud7a3]/, why: 'English here' },
];

async function* walk(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(name);
    else yield name;
  }
}

let faults = 0;
const types = execFileSync('python3', [path.join(src, '../../src/web/shapes.py'), '--typescript'], { encoding: 'utf8' });
if (types !== (await readFile(path.join(src, 'api/types.ts'), 'utf8'))) {
  faults += 1;
  console.error('src/api/types.ts is not what src/web/shapes.txt says: python3 src/web/shapes.py --typescript > dashboard/src/api/types.ts');
}
for await (const name of walk(src)) {
  const lines = (await readFile(name, 'utf8')).split('\n');
  for (const rule of RULES) {
    if (!rule.files.test(name) || rule.except?.test(name)) continue;
    lines.forEach((line, i) => {
      if (!rule.pattern.test(line)) return;
      faults += 1;
      console.error(`${path.relative(process.cwd(), name)}:${i + 1}: ${rule.why}\n\t${line.trim()}`);
    });
  }
}
if (faults > 0) process.exit(1);
