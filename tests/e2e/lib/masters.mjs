/* masters.mjs - the broker's master files made from nothing: CP949, fixed places, tabs, zip. */
import zlib from 'node:zlib';

/* What the decoder of the platform reads, turned around. */
const cp949 = new Map();
const decoder = new TextDecoder('euc-kr', { fatal: true });
for (let first = 0x81; first <= 0xfe; first++) {
  for (let second = 0x41; second <= 0xfe; second++) {
    try {
      const text = decoder.decode(Uint8Array.of(first, second));
      if (text.length === 1) cp949.set(text, [first, second]);
    } catch {
      /* no character */
    }
  }
}

export function korean(text) {
  return Buffer.from([...text].flatMap((c) => (c < '\x80' ? [c.charCodeAt(0)] : cp949.get(c))));
}

const padded = (text, length) => Buffer.concat([korean(text), Buffer.alloc(length, ' ')], length);

/* By the broker's document: length of the tail, and what lies where in it. */
const tails = {
  KOSPI: { length: 227, base: 41, lot: 50, halted: 60 },
  KOSDAQ: { length: 221, base: 36, lot: 45, halted: 55 },
  KONEX: { length: 184, base: 2, lot: 11, halted: 21 },
};

export function mst(market, issues) {
  return Buffer.concat(issues.map(({ code, isin = 'KR7005930003', name, group = 'ST', base = 71500, halted = 'N' }) => {
    const place = tails[market];
    const tail = Buffer.alloc(place.length, '0');
    tail.write(group, 0);
    tail.write(String(base).padStart(9, '0'), place.base);
    tail.write('00001', place.lot);
    tail.write(halted, place.halted);
    return Buffer.concat([padded(code, 9), padded(isin, 12), padded(name, 40), tail, Buffer.from('\n')]);
  }));
}

export function cod(code, issues) {
  return Buffer.concat(issues.map(({ ticker, name, english = '', stis = 2, currency = 'USD', base = '189.5000', lot = 1 }) => korean(
    ['US', 'X', code, '거래소', ticker, `D${code}${ticker}`, name, english, stis, currency, 4, '', base, lot, lot,
      '0930', '1600', 'N', '', '310', 0, 1, '', ''].join('\t') + '\r\n')));
}

const crc = (bytes) => {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let i = 0; i < 8; i++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
};

/* An archive of one file. */
export function zip(name, content) {
  const packed = zlib.deflateRawSync(content);
  const sizes = Buffer.alloc(26);
  sizes.writeUInt16LE(20, 0);
  sizes.writeUInt16LE(8, 4);
  sizes.writeUInt16LE(0x21, 8);
  sizes.writeUInt32LE(crc(content), 10);
  sizes.writeUInt32LE(packed.length, 14);
  sizes.writeUInt32LE(content.length, 18);
  sizes.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), sizes, Buffer.from(name), packed]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), sizes, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
