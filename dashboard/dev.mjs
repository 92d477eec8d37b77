/* dev.mjs - the page while it is written: built anew at each change, everything under /api from a
 * running yq-web.  node dev.mjs [PORT]; YQ_WEB names the server (http://127.0.0.1:2000). */
import { context } from 'esbuild';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { clean, dist, options, writeIndex } from './build.mjs';

const port = Number(process.argv[2] ?? 2080);
const upstream = new URL(process.env.YQ_WEB ?? 'http://127.0.0.1:2000');

/* As yq-web says it, so that what it forbids fails here already. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8' };

function forward(request, response) {
  const onward = http.request(new URL(request.url, upstream), { method: request.method, headers: { ...request.headers, host: upstream.host } }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', (error) => {
    response.writeHead(502, { 'Content-Type': 'application/problem+json' });
    response.end(JSON.stringify({ type: 'about:blank', title: 'Bad Gateway', status: 502, detail: error.message, code: 'UPSTREAM', field: null }));
  });
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}

async function file(request, response) {
  const wanted = path.posix.normalize(new URL(request.url, 'http://page').pathname);
  const name = wanted.startsWith('/assets/') ? wanted.slice(1) : 'index.html';
  try {
    const bytes = await readFile(path.join(dist, name));
    response.writeHead(200, { 'Content-Type': TYPES[path.extname(name)] ?? 'application/octet-stream', 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-store' });
    response.end(bytes);
  } catch {
    response.writeHead(404);
    response.end();
  }
}

await clean();
const index = { name: 'index', setup: (build) => build.onEnd((result) => (result.metafile ? writeIndex(result.metafile) : undefined)) };
const watched = await context({ ...options, minify: false, sourcemap: 'linked', plugins: [index] });
await watched.watch();
http.createServer((request, response) => (request.url.startsWith('/api/') ? forward(request, response) : file(request, response)))
  .listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/ with ${upstream.href}`));
