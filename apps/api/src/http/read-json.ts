import { isUtf8 } from 'node:buffer';
import { CommerceError } from '@commerce-core/core';
import { isExact } from './exact-number.ts';

// The largest input, an order of 2,000 lines, has 6,000 values and 4 levels.
const valuesMax = 20_000;
const levelsMax = 64;
// `metadata` has room for 600 keys of one character; V8 keeps objects of more than 1,000 in a slow form.
const keysMax = 1_000;

const invalidInput = (message: string) => new CommerceError('validation_failed', message, { issues: [] });

/** The error for bytes that are not UTF-8. Decoded anyway, two different texts would become one. */
export const invalidEncoding = () => new CommerceError('invalid_encoding', 'the request is not encoded in UTF-8');

/**
 * Parses the JSON of a request's body; an empty body is undefined. The values, levels and keys are counted before
 * JSON.parse, which takes up to 30 ms of CPU time for 512 KiB of small values.
 * @throws invalid_encoding when the body is not UTF-8
 * @throws validation_failed when the body has more than 20,000 values or 64 levels, or an object of it more than 1,000
 * keys
 * @throws validation_failed when JavaScript would change the input: a number that loses digits, or a key given twice
 * @throws SyntaxError when the body is not JSON
 */
export function readJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw invalidEncoding();
  const keys = countKeys(bytes);
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  // Of two equal keys JSON.parse keeps the last one.
  if (keysIn(value) !== keys) throw invalidInput('an object must not have the same key twice');
  return value;
}

/** Checks what a body holds by its punctuation, and returns the number of its keys. JSON.parse checks the rest. */
function countKeys(bytes: Buffer): number {
  let values = 0;
  let allKeys = 0;
  let levels = 0;
  const keys = new Uint32Array(levelsMax + 1);
  for (let at = 0; at < bytes.length; at += 1) {
    // Within the bounds, as the loop's condition says; a number for the compiler, too.
    const byte = bytes[at] ?? 0;
    switch (byte) {
      case quote:
        at = endOfString(bytes, at);
        break;
      case openBrace:
      case openBracket:
        values += 1;
        levels += 1;
        if (levels > levelsMax) throw invalidInput(`the input must not be nested deeper than ${levelsMax} levels`);
        keys[levels] = 0;
        break;
      case closeBrace:
      case closeBracket:
        // Not below 0, which only a body that is not JSON reaches.
        levels = Math.max(0, levels - 1);
        break;
      case colon:
        allKeys += 1;
        if ((keys[levels] = (keys[levels] ?? 0) + 1) > keysMax)
          throw invalidInput(`an object must not have more than ${keysMax} keys`);
        break;
      case comma:
        values += 1;
        break;
      default:
        if (isNumeral(byte)) at = endOfNumber(bytes, at) - 1;
    }
    if (values > valuesMax) throw invalidInput(`the input must not have more than ${valuesMax} values`);
  }
  return allKeys;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The place of the quotation mark that ends the string which begins at `start`. */
function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

const isNumeral = (byte = 0): boolean => (byte >= 0x30 && byte <= 0x39) || byte === 0x2d;

// What a number consists of: digits, sign, point and exponent.
const isOfNumber = (byte = 0): boolean => isNumeral(byte) || byte === 0x2e || byte === 0x2b || (byte | 0x20) === 0x65;

/** The place after the number that begins at `start`. @throws validation_failed when it would lose digits */
function endOfNumber(bytes: Buffer, start: number): number {
  let end = start + 1;
  while (end < bytes.length && isOfNumber(bytes[end])) end += 1;
  // 1e309 is the shortest number that a double can't keep.
  if (end - start >= 5 && !isExact(bytes.toString('latin1', start, end)))
    throw invalidInput('a number must not have more digits than a double keeps; send it as text');
  return end;
}

function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner: unknown[] = Object.values(value);
  return inner.reduce<number>((sum, each) => sum + keysIn(each), Array.isArray(value) ? 0 : inner.length);
}
