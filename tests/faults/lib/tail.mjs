/* tail.mjs - read only what is new: a paper account's journal, a stream. */
import { open, stat } from 'node:fs/promises';

const CHUNK_BYTES = 1 << 16;
const CHUNK_ENTRIES = 2000;

/*
 * The lines of a file that is appended to, and now and then replaced by a shorter one.  What was
 * written to the replaced file is read to its end first, for it is still held open.  A line without
 * its newline was not written.
 */
export class FileTail {
  constructor(file) {
    Object.assign(this, { file, chunk: Buffer.alloc(CHUNK_BYTES), handle: null, inode: 0, position: 0 });
  }

  async lines(take) {
    const now = await stat(this.file).catch(() => null);
    if (this.handle && (!now || now.ino !== this.inode)) {
      await this.drain(take);
      await this.end();
    }
    if (!now) return;
    if (!this.handle) {
      this.handle = await open(this.file, 'r');
      Object.assign(this, { inode: (await this.handle.stat()).ino, position: 0 });
    }
    await this.drain(take);
  }

  async drain(take) {
    for (;;) {
      /* What was half a line may have been cut off meanwhile: it is read again. */
      const { bytesRead } = await this.handle.read(this.chunk, 0, this.chunk.length, this.position);
      if (bytesRead === 0) return;
      const end = this.chunk.lastIndexOf(10, bytesRead - 1) + 1;
      if (end === 0 && bytesRead === this.chunk.length) {
        this.chunk = Buffer.alloc(2 * this.chunk.length); /* one line is longer */
        continue;
      }
      if (end === 0) return;
      this.position += end;
      for (const line of this.chunk.toString('utf8', 0, end).split('\n')) if (line) take(line);
    }
  }

  async end() {
    await this.handle?.close();
    this.handle = null;
  }
}

/* The entries of a stream, each once. */
export class StreamTail {
  constructor(name) {
    Object.assign(this, { name, last: '0' });
  }

  async entries(client, take) {
    for (;;) {
      const found = await client.xrange(this.name, `(${this.last}`, '+', 'COUNT', CHUNK_ENTRIES);
      for (const [id, fields] of found) {
        this.last = id;
        take(fields);
      }
      if (found.length < CHUNK_ENTRIES) return;
    }
  }
}
