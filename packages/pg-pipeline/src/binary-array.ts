// PostgreSQL's binary format of one-dimensional arrays: https://www.postgresql.org/docs/18/protocol-message-formats.html
// (Bind) and array_recv in src/backend/utils/adt/arrayfuncs.c. As text each value is escaped here and unescaped there.

/** Writes a value at `offset` of the scratch buffer, which has room for it; answers the bytes written. */
type Write = (value: never, offset: number) => number;

type ElementType = { oid: number; /** Bytes at most. */ room: (value: never) => number; write: Write };

let scratch = Buffer.allocUnsafe(64 * 1024);
// Kept at most between two calls: a batch of a thousand lines is rare, and its buffer need not stay.
const keptMax = 1024 * 1024;

const fixed = (oid: number, bytes: number, write: (value: never, offset: number) => unknown): ElementType => ({
  oid,
  room: () => bytes,
  write: (value, offset) => {
    write(value, offset);
    return bytes;
  },
});

const utf8 = (oid: number, textOf: (value: never) => string, version = 0): ElementType => ({
  oid,
  room: () => 0,
  write(value, offset) {
    const text = textOf(value);
    // Three bytes a UTF-16 unit at most.
    reserve(offset, version + text.length * 3);
    if (version > 0) scratch[offset] = version;
    return version + scratch.write(text, offset + version);
  },
});

const text = (value: string) => value;
const json = (value: unknown) => JSON.stringify(value);

// Microseconds since 2000 there, milliseconds since 1970 here.
const epochMs = Date.UTC(2000, 0, 1);

/** By the names that Drizzle's columns give. */
const elementTypes: Record<string, ElementType> = {
  uuid: fixed(2950, 16, writeUuid),
  text: utf8(25, text),
  jsonb: utf8(3802, json, 1),
  json: utf8(114, json),
  boolean: fixed(16, 1, (value: boolean, offset) => scratch.writeUInt8(value ? 1 : 0, offset)),
  smallint: fixed(21, 2, (value: number, offset) => scratch.writeInt16BE(value, offset)),
  integer: fixed(23, 4, (value: number, offset) => scratch.writeInt32BE(value, offset)),
  bigint: fixed(20, 8, writeInt64),
  'timestamp (3) with time zone': fixed(1184, 8, writeTime),
  bytea: {
    oid: 17,
    room: (value: Buffer) => value.length,
    write: (value: Buffer, offset) => value.copy(scratch, offset),
  },
};

/** What makes a parameter of type `sqlType[]` of values, null or undefined for NULL. @throws Error for a type that isn't known here */
export function arrayOf(sqlType: string): (values: readonly unknown[]) => Buffer {
  const elementType = elementTypes[sqlType];
  if (!elementType) throw new Error(`no binary format is known here for arrays of ${sqlType}`);
  const { oid, room, write } = elementType;
  return (values) => {
    let offset = 20;
    let nulls = 0;
    for (const value of values) {
      const isNull = value === null || value === undefined;
      reserve(offset, 4 + (isNull ? 0 : room(value as never)));
      const size = isNull ? -1 : write(value as never, offset + 4);
      scratch.writeInt32BE(size, offset);
      if (isNull) nulls = 1;
      offset += 4 + Math.max(size, 0);
    }
    // An empty array has no dimensions, and so no length and lower bound.
    const header = values.length === 0 ? [0, 0, oid] : [1, nulls, oid, values.length, 1];
    header.forEach((field, index) => scratch.writeInt32BE(field, index * 4));
    const array = Buffer.from(scratch.subarray(0, values.length === 0 ? 12 : offset));
    if (scratch.length > keptMax) scratch = Buffer.allocUnsafe(64 * 1024);
    return array;
  };
}

const [ofUuids, ofTexts] = [arrayOf('uuid'), arrayOf('text')];
export const uuids = (values: Iterable<string>): Buffer => ofUuids([...values]);
export const texts = (values: Iterable<string | null>): Buffer => ofTexts([...values]);

/** Sees to `bytes` of room from `offset` on, and for the next value's length. */
function reserve(offset: number, bytes: number): void {
  const needed = offset + bytes + 8;
  if (needed <= scratch.length) return;
  const larger = Buffer.allocUnsafe(needed * 2);
  scratch.copy(larger, 0, 0, offset);
  scratch = larger;
}

function writeTime(time: Date, offset: number): void {
  const ms = time.getTime() - epochMs;
  // From the year 2255 on the microseconds are no safe integer.
  if (Number.isSafeInteger(ms * 1_000)) writeInt64(ms * 1_000, offset);
  else scratch.writeBigInt64BE(BigInt(ms) * 1_000n, offset);
}

function writeInt64(value: number, offset: number): void {
  if (!Number.isSafeInteger(value)) throw new Error('not a safe integer');
  const high = Math.floor(value / 2 ** 32);
  scratch.writeInt32BE(high, offset);
  scratch.writeUInt32BE(value - high * 2 ** 32, offset + 4);
}

const nibbles = new Int8Array(128).fill(-1);
for (const [value, digit] of '0123456789abcdef'.split('').entries()) {
  nibbles[digit.charCodeAt(0)] = value;
  nibbles[digit.toUpperCase().charCodeAt(0)] = value;
}

/** Half as long as by a string without dashes and Buffer's own `hex`. */
function writeUuid(uuid: string, offset: number): void {
  let at = 0;
  let invalid = uuid.length === 36 ? 0 : -1;
  for (let byte = 0; byte < 16; byte += 1) {
    if (byte === 4 || byte === 6 || byte === 8 || byte === 10) at += 1;
    const high = nibbles[uuid.charCodeAt(at)] ?? -1;
    const low = nibbles[uuid.charCodeAt(at + 1)] ?? -1;
    invalid |= high | low;
    scratch[offset + byte] = (high << 4) | low;
    at += 2;
  }
  if (invalid < 0) throw new Error('not a UUID');
}
