/* simulator.mjs - yq-simulator as a process of its own: it may be killed and started again at its old port and book. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build, until } from './system.mjs';

export class Simulator {
  /* `folder` is for its book; `options` are more of its command line. */
  static async start(folder, options = []) {
    const simulator = Object.assign(new Simulator(), { folder, options, port: 0 });
    await simulator.up();
    return simulator;
  }

  async up() {
    let said = '';
    this.child = spawn(path.join(build, 'yq-simulator'), ['--port', String(this.port), '--folder', this.folder, '--no-sync', ...this.options], { stdio: ['ignore', 'ignore', 'pipe'] });
    const { child } = this;
    this.ended = new Promise((resolve) => { child.once('close', resolve); });
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text) => {
      said += text;
      this.log = `${this.log ?? ''}${text}`.slice(-1 << 16);
    });
    const port = await until('the simulator', () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
      return /the exchange is at http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    }, 30000);
    this.port = Number(port);
    this.url = `http://127.0.0.1:${port}`;
    this.token = (await readFile(path.join(this.folder, 'control-token'), 'utf8')).trim();
  }

  /* As often as it was killed, it comes back with its book. */
  async kill(signal = 'SIGKILL') {
    this.child.kill(signal);
    await this.ended;
  }

  async again() {
    await this.kill();
    await this.up();
  }

  async control(method, what, body) {
    const answer = await fetch(`${this.url}/control/v1/${what}`, {
      method, headers: { Authorization: `Bearer ${this.token}` }, body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${what}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}
