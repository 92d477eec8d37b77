/* system.mjs - one whole system in a temporary folder, run and looked at from outside. */
import { spawn, execFile } from 'node:child_process';
import { mkdtemp, mkdir, writeFile, readFile, rm, stat, readdir } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Valkey from 'iovalkey';

const here = path.dirname(fileURLToPath(import.meta.url));
export const build = process.env.YQ_BUILD ?? path.resolve(here, '../../../build');
export const yqPath = path.join(build, 'yq');

export const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/* The value of `look` as soon as it is neither undefined, null nor false; fails after `ms`. */
export async function until(what, look, ms = 5000) {
  const end = Date.now() + ms;
  let last;
  for (;;) {
    try {
      const value = await look();
      if (value !== undefined && value !== null && value !== false) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms${last ? ` (${last.message})` : ''}`);
    await pause(20);
  }
}

/* Run to the end: {status, stdout, stderr}; never throws for an exit status. */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 256 << 20, ...options }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
  });
}

/* The distribution's isql.  On Debian 13 isql-fb is a script that puts another root over ours; the
 * program itself lies beside the engine. */
export async function findIsql() {
  const isProgram = async (file) => (await readFile(file).catch(() => Buffer.alloc(0))).subarray(0, 4).toString('latin1') === '\x7fELF';
  if (await isProgram('/usr/bin/isql-fb')) return '/usr/bin/isql-fb';
  const { stdout } = await run('sh', ['-c', 'ls -d /usr/lib/*/firebird/*/bin/isql* /usr/lib/firebird/*/bin/isql* /usr/lib/*/firebird/*/isql* /usr/libexec/firebird*/isql* /usr/libexec/firebird*/bin/isql* 2>/dev/null']);
  for (const file of stdout.split('\n').filter(Boolean)) if (await isProgram(file)) return file;
  return 'isql-fb';
}

/* Processes whose command line names the folder: nothing of a stopped system may be left. */
export async function processesOf(folder) {
  const found = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      const line = (await readFile(`/proc/${name}/cmdline`, 'utf8')).replaceAll('\0', ' ');
      const state = (await readFile(`/proc/${name}/stat`, 'utf8')).replace(/^.*\) /, '')[0];
      if (line.includes(folder) && state !== 'Z') found.push({ pid: Number(name), line });
    } catch {
      /* it ended meanwhile */
    }
  }
  return found;
}

export class System {
  /* `settings` go into appsettings.json beside free ports. */
  static async make(settings = {}) {
    const system = new System();
    system.folder = await mkdtemp(path.join(os.tmpdir(), 'yq-e2e-'));
    system.var = path.join(system.folder, 'var');
    system.config = path.join(system.folder, 'config');
    system.clients = [];
    system.queries = 0;
    system.options = []; /* more for `yq up` */
    system.output = '';
    await mkdir(system.config);
    await system.configure(settings);
    return system;
  }

  static async start(settings = {}) {
    const system = await System.make(settings);
    await system.up();
    return system;
  }

  async configure(settings) {
    const all = { ...settings, Webhook: { Port: 0, ...settings.Webhook }, Web: { Port: 0, ...settings.Web } };
    await writeFile(path.join(this.config, 'appsettings.json'), JSON.stringify(all));
  }

  /* Start `yq up` and wait for its endpoints. */
  async up() {
    this.checkRights();
    this.output = '';
    this.child = spawn(yqPath, ['up', '--var', this.var, '--config', this.config, ...this.options], {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.environment },
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve(signal ?? code));
    });
    let over = false;
    this.ended.then(() => { over = true; });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => { this.output += text; });
    }
    await until('ready', () => {
      if (over) throw new Error(`yq up ended:\n${this.output}`);
      return /^ready$/m.test(this.output);
    }, 120000).catch((error) => { throw new Error(`${error.message}\n${this.output}`); });
    this.endpoints = JSON.parse(await readFile(path.join(this.var, 'run/endpoints.json'), 'utf8'));
  }

  /* Ctrl-C; the exit status. */
  async down(signal = 'SIGINT') {
    for (const client of this.clients.splice(0)) client.disconnect();
    this.child.kill(signal);
    return this.ended;
  }

  async remove() {
    for (const client of this.clients.splice(0)) client.disconnect();
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await this.ended;
    }
    await rm(this.folder, { recursive: true, force: true });
    this.checkRights();
  }

  /* Each program runs with the least rights: what one lacks shows here, whatever else works. */
  checkRights() {
    const lines = this.output.split('\n').filter((line) => /No permissions|NOPERM/.test(line));
    if (lines.length > 0) throw new Error(`a program lacks rights:\n${lines.join('\n')}`);
  }

  yq(...args) {
    return run(yqPath, [...args, '--var', this.var]);
  }

  async json(...args) {
    const { status, stdout, stderr } = await this.yq(...args, '--json');
    if (status !== 0) throw new Error(`yq ${args.join(' ')}: ${status} ${stderr}`);
    return JSON.parse(stdout);
  }

  /* A client of somebody else's, as the administrator. */
  valkey() {
    const { socket, user, password } = this.endpoints.valkey;
    const client = new Valkey({ path: socket, username: user, password, maxRetriesPerRequest: 1 });
    client.on('error', () => {});
    this.clients.push(client);
    return client;
  }

  /* Rows of a SELECT by isql-fb, beside the daemons: a list of lists of trimmed texts. */
  async isql(columns, rest) {
    return (await this.isqlAll([{ name: 'rows', columns, rest }])).rows.map((row) => Object.values(row));
  }

  /* Several SELECTs [{name, columns, rest}] at one moment: {name: [{COLUMN: text}]}.  A column is a
   * name, or "expression AS NAME". */
  async isqlAll(asked) {
    const selects = asked.map(({ columns, rest }, i) => {
      const list = columns.map((name) => `TRIM(COALESCE(CAST(${name.replace(/ AS \w+$/, '')} AS VARCHAR(200)), ''))`).join(` || '|' || `);
      return `SELECT '~${i}|' || ${list} || '~' AS R ${rest};\n`;
    });
    const file = path.join(this.folder, `query-${++this.queries}.sql`);
    await writeFile(file, `SET HEADING OFF;\nCOMMIT;\nSET TRANSACTION READ ONLY ISOLATION LEVEL SNAPSHOT;\n${selects.join('')}`);
    const result = await this.#runIsql(file);
    const found = Object.fromEntries(asked.map(({ name }) => [name, []]));
    for (const [, text] of result.stdout.matchAll(/~([^~]*)~/g)) {
      const [i, ...row] = text.split('|');
      const { name, columns } = asked[Number(i)];
      found[name].push(Object.fromEntries(columns.map((column, k) => [column.replace(/^.* AS /, ''), row[k]])));
    }
    return found;
  }

  async #runIsql(file) {
    this.isqlPath ??= await findIsql();
    const result = await run(this.isqlPath, ['-q', '-bail', '-user', 'SYSDBA', '-ch', 'UTF8', '-i', file, this.endpoints.firebird.database], {
      env: { ...process.env, ...this.endpoints.firebird.environment },
    });
    await rm(file);
    if (result.status !== 0) throw new Error(`isql-fb: ${result.stdout}${result.stderr}`);
    return result;
  }

  /* Statements that change the archive behind the programs' backs. */
  async execute(statements) {
    const file = path.join(this.folder, `change-${++this.queries}.sql`);
    await writeFile(file, `${statements}\nCOMMIT;\n`);
    await this.#runIsql(file);
  }

  /* An alert as TradingView posts it: {status, body}; rejected after `timeout` ms without an answer. */
  post(alert, agent, timeout = 0) {
    const body = JSON.stringify({ secret: this.endpoints.webhook.secret, strategy: 'e2e', exchange: 'NASDAQ', ...alert });
    return new Promise((resolve, reject) => {
      const request = http.request(this.endpoints.webhook.url, { method: 'POST', agent, timeout, headers: { 'Content-Type': 'application/json' } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk) => { text += chunk; });
        answer.on('end', () => resolve({ status: answer.statusCode, body: text }));
      });
      request.on('error', reject);
      request.on('timeout', () => request.destroy(new Error('no answer')));
      request.end(body);
    });
  }

  tradesInArchive(where = '') {
    return this.isql(['COUNT(*)'], `FROM TRADES ${where}`).then((rows) => Number(rows[0][0]));
  }
}

export async function isPrivate(file) {
  const info = await stat(file);
  return (info.mode & 0o077) === 0;
}

/* Exact decimals: a text as a count of hundred-millionths. */
export function exact(text) {
  const match = /^(-?)(\d+)(?:\.(\d{1,8})0*)?$/.exec(String(text));
  if (!match) throw new Error(`no decimal: ${text}`);
  const units = BigInt(match[2]) * 100000000n + BigInt((match[3] ?? '').padEnd(8, '0'));
  return match[1] ? -units : units;
}

/* A product of two such counts, which must come out even. */
export function times(a, b) {
  const product = a * b;
  if (product % 100000000n !== 0n) throw new Error('more than 8 places');
  return product / 100000000n;
}
