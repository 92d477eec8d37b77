/* qr.ts - a text as a QR code (ISO/IEC 18004): byte mode, error correction M, versions 1 to 13.
 *
 * Enough for an otpauth address of 330 bytes; a longer text is refused. */

/** Of each version: error correction bytes a block, then [blocks, data bytes a block] pairs (table 9). */
const BLOCKS: readonly (readonly [number, readonly (readonly [number, number])[]])[] = [
  [10, [[1, 16]]], [16, [[1, 28]]], [26, [[1, 44]]], [18, [[2, 32]]], [24, [[2, 43]]], [16, [[4, 27]]], [18, [[4, 31]]],
  [22, [[2, 38], [2, 39]]], [22, [[3, 36], [2, 37]]], [26, [[4, 43], [1, 44]]], [30, [[1, 50], [4, 51]]], [22, [[6, 36], [2, 37]]], [22, [[8, 37], [1, 38]]],
];

/** Centres of the alignment patterns of each version (annex E). */
const CENTRES: readonly (readonly number[])[] = [
  [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50], [6, 30, 54], [6, 32, 58], [6, 34, 62],
];

const BYTE_MODE = 4;
const LEVEL_M = 0;
const PADDING = [0xec, 0x11];

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** Product in the field of 256 elements with the code's polynomial. */
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((b >>> bit) & 1) * a;
  }
  return product;
}

function generator(degree: number): number[] {
  const poly: number[] = [...Array.from({ length: degree - 1 }, () => 0), 1];
  let root = 1;
  for (let i = 0; i < degree; i += 1) {
    for (let j = 0; j < degree; j += 1) poly[j] = times(poly[j] ?? 0, root) ^ (poly[j + 1] ?? 0);
    root = times(root, 2);
  }
  return poly;
}

function correction(data: readonly number[], divisor: readonly number[]): number[] {
  const rest = divisor.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    divisor.forEach((coefficient, i) => { rest[i] = (rest[i] ?? 0) ^ times(coefficient, factor); });
  }
  return rest;
}

function capacity(version: number): number {
  const [, groups] = BLOCKS[version - 1] ?? [0, []];
  return groups.reduce((sum, [count, size]) => sum + count * size, 0);
}

/** Mode, length, text, end, padding: as many bytes as the version holds. */
function dataBytes(text: Uint8Array, version: number): number[] {
  const bits: number[] = [];
  const put = (value: number, count: number): void => {
    for (let i = count - 1; i >= 0; i -= 1) bits.push((value >>> i) & 1);
  };
  put(BYTE_MODE, 4);
  put(text.length, version < 10 ? 8 : 16);
  for (const byte of text) put(byte, 8);
  const room = capacity(version) * 8;
  put(0, Math.min(4, room - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  for (let i = 0; bits.length < room; i += 1) put(PADDING[i % 2] ?? 0, 8);
  return Array.from({ length: room / 8 }, (_, i) => bits.slice(i * 8, i * 8 + 8).reduce((byte, bit) => (byte << 1) | bit, 0));
}

/** Blocks with their correction, taken in turn. */
function codewords(data: readonly number[], version: number): number[] {
  const [size, groups] = BLOCKS[version - 1] ?? [0, []];
  const divisor = generator(size);
  const blocks: number[][] = [];
  let at = 0;
  for (const [count, length] of groups) {
    for (let i = 0; i < count; i += 1, at += length) blocks.push(data.slice(at, at + length));
  }
  const turns = (lists: readonly number[][]): number[] => {
    const longest = Math.max(...lists.map((list) => list.length));
    return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => (i < list.length ? [list[i] ?? 0] : []))).flat();
  };
  return [...turns(blocks), ...turns(blocks.map((block) => correction(block, divisor)))];
}

class Grid {
  readonly size: number;
  readonly dark: boolean[][];
  readonly fixed: boolean[][];
  readonly #version: number;

  constructor(version: number) {
    this.#version = version;
    this.size = version * 4 + 17;
    this.dark = Array.from({ length: this.size }, () => Array.from({ length: this.size }, () => false));
    this.fixed = Array.from({ length: this.size }, () => Array.from({ length: this.size }, () => false));
    this.#patterns();
  }

  set(x: number, y: number, dark: boolean): void {
    const row = this.dark[y];
    const fixed = this.fixed[y];
    if (!row || !fixed || x < 0 || x >= this.size) return;
    row[x] = dark;
    fixed[x] = true;
  }

  #patterns(): void {
    for (let i = 0; i < this.size; i += 1) {
      this.set(6, i, i % 2 === 0);
      this.set(i, 6, i % 2 === 0);
    }
    for (const [x, y] of [[3, 3], [this.size - 4, 3], [3, this.size - 4]] as const) this.#ring(x, y, 4, (far) => far !== 2 && far !== 4);
    const centres = CENTRES[this.#version - 1] ?? [];
    const last = centres.length - 1;
    centres.forEach((x, i) => centres.forEach((y, j) => {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return;
      this.#ring(x, y, 2, (far) => far !== 1);
    }));
    this.format(0);
    this.#versionBits();
  }

  #ring(x: number, y: number, reach: number, dark: (far: number) => boolean): void {
    for (let dy = -reach; dy <= reach; dy += 1) {
      for (let dx = -reach; dx <= reach; dx += 1) this.set(x + dx, y + dy, dark(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  }

  /** Level and mask, twice, with their own correction (clause 7.9). */
  format(mask: number): void {
    const data = (LEVEL_M << 3) | mask;
    let rest = data;
    for (let i = 0; i < 10; i += 1) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
    const bits = ((data << 10) | rest) ^ 0x5412;
    const bit = (i: number): boolean => ((bits >>> i) & 1) === 1;
    for (let i = 0; i <= 5; i += 1) this.set(8, i, bit(i));
    this.set(8, 7, bit(6));
    this.set(8, 8, bit(7));
    this.set(7, 8, bit(8));
    for (let i = 9; i < 15; i += 1) this.set(14 - i, 8, bit(i));
    for (let i = 0; i < 8; i += 1) this.set(this.size - 1 - i, 8, bit(i));
    for (let i = 8; i < 15; i += 1) this.set(8, this.size - 15 + i, bit(i));
    this.set(8, this.size - 8, true);
  }

  #versionBits(): void {
    if (this.#version < 7) return;
    let rest = this.#version;
    for (let i = 0; i < 12; i += 1) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
    const bits = (this.#version << 12) | rest;
    for (let i = 0; i < 18; i += 1) {
      const dark = ((bits >>> i) & 1) === 1;
      const [a, b] = [this.size - 11 + (i % 3), Math.floor(i / 3)];
      this.set(a, b, dark);
      this.set(b, a, dark);
    }
  }

  /** In pairs of columns from the right, up and down in turn (clause 7.7.3). */
  fill(bytes: readonly number[]): void {
    let i = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      const up = ((right + 1) & 2) === 0;
      for (let step = 0; step < this.size; step += 1) {
        for (const x of [right, right - 1]) {
          const y = up ? this.size - 1 - step : step;
          const row = this.dark[y];
          if (!row || this.fixed[y]?.[x] || i >= bytes.length * 8) continue;
          row[x] = (((bytes[i >>> 3] ?? 0) >>> (7 - (i & 7))) & 1) === 1;
          i += 1;
        }
      }
    }
  }

  mask(which: number): void {
    const flips = MASKS[which];
    this.dark.forEach((row, y) => row.forEach((dark, x) => {
      if (!this.fixed[y]?.[x] && flips?.(x, y)) row[x] = !dark;
    }));
  }

  /** How hard it is to read: runs, blocks, false finders, imbalance (clause 7.8.3). */
  penalty(): number {
    const columns = this.dark.map((_, x) => this.dark.map((row) => row[x] ?? false));
    const lines = [...this.dark, ...columns].map((line) => line.map((dark) => (dark ? '1' : '0')).join(''));
    let points = 0;
    for (const line of lines) {
      for (const run of line.match(/0{5,}|1{5,}/g) ?? []) points += run.length - 2;
      points += 40 * [...line.matchAll(/(?=10111010000|00001011101)/g)].length;
    }
    let count = 0;
    this.dark.forEach((row, y) => row.forEach((dark, x) => {
      if (dark) count += 1;
      const below = this.dark[y + 1];
      if (below && x + 1 < this.size && row[x + 1] === dark && below[x] === dark && below[x + 1] === dark) points += 3;
    }));
    return points + 10 * Math.floor(Math.abs((count * 20) / (this.size * this.size) - 10));
  }
}

/** Rows of modules, dark where true; null when the text is too long. Four light modules belong around it. */
export function qrCode(text: string): boolean[][] | null {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex((_, i) => capacity(i + 1) >= bytes.length + (i < 9 ? 2 : 3)) + 1;
  if (version === 0) return null;
  const words = codewords(dataBytes(bytes, version), version);
  const made = MASKS.map((_, mask) => {
    const grid = new Grid(version);
    grid.fill(words);
    grid.mask(mask);
    grid.format(mask);
    return grid;
  });
  const best = made.reduce((a, b) => (b.penalty() < a.penalty() ? b : a));
  return best.dark;
}
