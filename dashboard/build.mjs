/* build.mjs - the page as files for yq-web: dist/index.html and dist/assets/, names with a hash of
 * their content, and beside each file its .gz and .br. */
import { build } from 'esbuild';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const here = path.dirname(fileURLToPath(import.meta.url));
export const dist = path.join(here, 'dist');

/* All that a visitor could ever load, compressed. */
const BUDGET_BYTES = 150 * 1024;

export const options = {
  absWorkingDir: here,
  entryPoints: ['src/main.tsx', 'src/styles/main.css', 'src/icon.svg'],
  outdir: 'dist/assets',
  entryNames: '[name]-[hash]',
  chunkNames: 'part-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: ['chrome123', 'firefox120', 'safari17.5'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.svg': 'copy' },
  minify: true,
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/* {"main.js": "assets/main-5KX….js", preload: [parts that main.js needs at once]} */
function named(metafile) {
  const names = { preload: [] };
  for (const [file, output] of Object.entries(metafile.outputs)) {
    const from = (name) => path.posix.relative('dist', name);
    const plain = /^dist\/assets\/(main|icon)-\w+\.(\w+)$/.exec(file);
    if (plain) names[`${plain[1]}.${plain[2]}`] = from(file);
    if (output.entryPoint === 'src/main.tsx') {
      names.preload = output.imports.filter((one) => one.kind === 'import-statement').map((one) => from(one.path));
    }
  }
  return names;
}

/* The policy of yq-web allows nothing inline; a page that needs it would only fail in the browser. */
function refuseInline(html) {
  if (/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i.test(html)) throw new Error('index.html: something inline');
}

export async function writeIndex(metafile) {
  const names = named(metafile);
  const preload = names.preload.map((name) => `<link rel="modulepreload" href="${name}">`).join('\n');
  const html = (await readFile(path.join(here, 'src/index.html'), 'utf8')).replace(/\{\{([\w.]+)\}\}/g, (_, name) => {
    const text = name === 'preload' ? preload : names[name];
    if (text === undefined) throw new Error(`index.html: nothing was built for ${name}`);
    return text;
  });
  refuseInline(html);
  await writeFile(path.join(dist, 'index.html'), html);
}

async function compress() {
  let total = 0;
  for (const folder of [dist, path.join(dist, 'assets')]) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isFile() || /\.(gz|br)$/.test(entry.name)) continue;
      const file = path.join(folder, entry.name);
      const bytes = await readFile(file);
      const gzip = gzipSync(bytes, { level: 9 });
      await writeFile(`${file}.gz`, gzip);
      await writeFile(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
      total += gzip.length;
    }
  }
  return total;
}

export async function clean() {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
}

async function main() {
  await clean();
  const { metafile } = await build(options);
  await writeIndex(metafile);
  const total = await compress();
  console.log(`dist: ${(total / 1024).toFixed(1)} KiB compressed, ${BUDGET_BYTES / 1024} at most`);
  if (total > BUDGET_BYTES) throw new Error('the page is too large');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
