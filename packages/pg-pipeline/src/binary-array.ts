// PostgreSQL's binary format of one-dimensional arrays:
// https://www.postgresql.org/docs/18/protocol-message-formats.html (Bind) and array_recv in
// src/backend/utils/adt/arrayfuncs.c. In the text format this process would have to escape each value, and PostgreSQL
// to unescape it.

// `never`: an element type is chosen by the SQL type's name, so the compiler can't know the type of its values.
type ElementType = {
  /** The type's id in pg_type. */
  oid: number;
  /** Returns the bytes to reserve in `scratch` before `write`. */
  sizeOf: (value: never) => number;
  /** Writes a value at `offset` of `scratch`. Returns the bytes written. */
  write: (value: never, offset: number) => number;
};

let scratch = Buffer.allocUnsafe(64 * 1024);
// A larger buffer, which a rare large batch needs, is not kept for the next call.
const scratchMaxBytes = 1024 * 1024;

const fixed = (oid: number, bytes: number, write: (value: never, offset: number) => unknown): ElementType => ({
  oid,
  sizeOf: () => bytes,
  write: (value, offset) => {
    write(value, offset);
    return bytes;
  },
});

const utf8 = (oid: number, textOf: (value: never) => string, version = 0): ElementType => ({
  oid,
  // `write` reserves the bytes, as it knows the text.
  sizeOf: () => 0,
  write(value, offset) {
    const text = textOf(value);
    // UTF-8 takes at most 3 bytes for each UTF-16 unit.
    reserve(offset, version + text.length * 3);
    if (version > 0) scratch[offset] = version;
    return version + scratch.write(text, offset + version);
  },
});

const text = (value: string) => value;
const json = (value: unknown) => JSON.stringify(value);

// PostgreSQL counts microseconds since 2000, JavaScript milliseconds since 1970.
const epochMs = Date.UTC(2000, 0, 1);

/** By the type's name as Drizzle's columns give it. */
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
    sizeOf: (value: Buffer) => value.length,
    write: (value: Buffer, offset) => value.copy(scratch, offset),
  },
};

/**
 * Returns a function that encodes values as a parameter of type `sqlType[]`; null and undefined become NULL. The
 * function throws when a value does not fit the type.
 * @param sqlType the type's name as Drizzle's columns give it, such as `uuid` or `bigint`
 * @throws Error for a type without an encoding here
 */
export function arrayOf(sqlType: string): (values: readonly unknown[]) => Buffer {
  const elementType = elementTypes[sqlType];
  if (!elementType) throw new Error(`there is no binary encoding for arrays of ${sqlType}`);
  const { oid, sizeOf, write } = elementType;
  return (values) => {
    let offset = 20;
    let nulls = 0;
    for (const value of values) {
      const isNull = value === null || value === undefined;
      reserve(offset, 4 + (isNull ? 0 : sizeOf(value as never)));
      const size = isNull ? -1 : write(value as never, offset + 4);
      scratch.writeInt32BE(size, offset);
      if (isNull) nulls = 1;
      offset += 4 + Math.max(size, 0);
    }
    // An empty array has no dimension, so its header has no length and no lower bound.
    const header = values.length === 0 ? [0, 0, oid] : [1, nulls, oid, values.length, 1];
    header.forEach((field, index) => scratch.writeInt32BE(field, index * 4));
    const array = Buffer.from(scratch.subarray(0, values.length === 0 ? 12 : offset));
    if (scratch.length > scratchMaxBytes) scratch = Buffer.allocUnsafe(64 * 1024);
    return array;
  };
}

const [ofUuids, ofTexts] = [arrayOf('uuid'), arrayOf('text')];
/** Encodes UUIDs as a parameter of type `uuid[]`. @throws Error when a value is not a UUID */
export const uuids = (values: Iterable<string>): Buffer => ofUuids([...values]);
/** Encodes texts as a parameter of type `text[]`. */
export const texts = (values: Iterable<string | null>): Buffer => ofTexts([...values]);

/** Makes `scratch` large enough for `bytes` from `offset` on, and for the length field of the next value. */
function reserve(offset: number, bytes: number): void {
  const needed = offset + bytes + 8;
  if (needed <= scratch.length) return;
  const larger = Buffer.allocUnsafe(needed * 2);
  scratch.copy(larger, 0, 0, offset);
  scratch = larger;
}

function writeTime(time: Date, offset: number): void {
  const ms = time.getTime() - epochMs;
  // From the year 2255 on the microseconds exceed the safe integers.
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

/** Takes half the time of removing the dashes and writing the text with Buffer's `hex` encoding. */
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
