/* cluster.mjs - a Valkey master, replicas and sentinels of one test's own; each ended by its own pid. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import Valkey from 'iovalkey';
import { pause, until } from './system.mjs';

export const SERVICE = 'yq';
const PASSWORD = 'the-administrators-password';
const DOWN_MS = 500;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const nodeLines = (folder, port, more) => `port ${port}
bind 127.0.0.1
dir ${folder}
logfile ${folder}/log
appendonly yes
appendfsync always
save ""
aclfile ${folder}/users.acl
masterauth ${PASSWORD}
repl-diskless-sync-delay 0
repl-ping-replica-period 1
${more}`;

const sentinelLines = (folder, port, master, quorum) => `port ${port}
bind 127.0.0.1
dir ${folder}
logfile ${folder}/log
sentinel monitor ${SERVICE} 127.0.0.1 ${master} ${quorum}
sentinel auth-pass ${SERVICE} ${PASSWORD}
sentinel down-after-milliseconds ${SERVICE} ${DOWN_MS}
sentinel failover-timeout ${SERVICE} 5000
`;

export class Cluster {
  static async start(folder, { nodes = 3, sentinels = 3 } = {}) {
    const cluster = new Cluster();
    Object.assign(cluster, { folder, nodes: [], sentinels: [], clients: [] });
    for (let i = 0; i < nodes; i++) await cluster.addNode(i);
    await until('replicas in step', async () => (await cluster.at(0).wait(nodes - 1, 500)) === nodes - 1, 20000);
    for (let i = 0; i < sentinels; i++) await cluster.addSentinel(i, Math.floor(sentinels / 2) + 1);
    for (const { port } of cluster.sentinels)
      await until('sentinels know all', async () => {
        const client = cluster.client({ port });
        const replicas = await client.call('SENTINEL', 'REPLICAS', SERVICE);
        const others = await client.call('SENTINEL', 'SENTINELS', SERVICE);
        return replicas.length === nodes - 1 && others.length === sentinels - 1;
      }, 20000);
    return cluster;
  }

  run(folder, config, ...more) {
    return spawn('valkey-server', [path.join(folder, config), ...more], { stdio: 'ignore' });
  }

  async addNode(i) {
    const folder = path.join(this.folder, `node-${i}`);
    const port = await freePort();
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'users.acl'), `user default on >${PASSWORD} ~* &* +@all\n`);
    await writeFile(path.join(folder, 'conf'), nodeLines(folder, port, i === 0 ? '' : `replicaof 127.0.0.1 ${this.nodes[0].port}\n`));
    this.nodes[i] = { port, folder, child: this.run(folder, 'conf') };
    await until('a server', () => this.at(i).ping(), 10000);
    if (i === 0) await this.at(0).set('there is', 'something to replicate');
  }

  async addSentinel(i, quorum) {
    const folder = path.join(this.folder, `sentinel-${i}`);
    const port = await freePort();
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'conf'), sentinelLines(folder, port, this.nodes[0].port, quorum));
    this.sentinels[i] = { port, folder, child: this.run(folder, 'conf', '--sentinel') };
    await until('a sentinel', () => this.client({ port }).ping(), 10000);
  }

  client(options) {
    const client = new Valkey({ host: '127.0.0.1', maxRetriesPerRequest: 1, ...options });
    client.on('error', () => {});
    this.clients.push(client);
    return client;
  }

  at(i) {
    return (this.nodes[i].client ??= this.client({ port: this.nodes[i].port, password: PASSWORD }));
  }

  /* As the administrator, wherever the master is. */
  master() {
    return this.client({ sentinels: this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port })), name: SERVICE, password: PASSWORD, maxRetriesPerRequest: 50 });
  }

  connectionString(login = `password=${PASSWORD}`) {
    return [...this.sentinels.map(({ port }) => `127.0.0.1:${port}`), `serviceName=${SERVICE}`, login].join();
  }

  /* What the sentinels say: the index of a node. */
  async masterNow() {
    const client = (this.asked ??= this.client({ port: this.sentinels[0].port }));
    const [, port] = await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', SERVICE);
    return this.nodes.findIndex((node) => node.port === Number(port));
  }

  elected(other) {
    return until('another master', async () => (await this.masterNow()) !== other, 30000).then(() => this.masterNow());
  }

  signal(i, name) {
    this.nodes[i].child.kill(name);
  }

  /* A node that was killed comes back, as the replica of whoever is the master now. */
  async comeBack(i) {
    const master = this.nodes[await this.masterNow()];
    this.nodes[i].child = this.run(this.nodes[i].folder, 'conf', '--replicaof', '127.0.0.1', String(master.port));
  }

  demote(i, master) {
    return this.at(i).replicaof('127.0.0.1', this.nodes[master].port);
  }

  command() {
    return this.client({ port: this.sentinels[0].port }).call('SENTINEL', 'FAILOVER', SERVICE);
  }

  async end() {
    for (const client of this.clients) client.disconnect();
    for (const { child } of [...this.sentinels, ...this.nodes]) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => { child.once('exit', resolve); });
    }
    await pause(10);
  }
}
