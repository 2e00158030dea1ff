import { CommerceError } from '@commerce-core/core';

// The largest input, an order of 2,000 lines, has 6,000 values and 4 levels.
const valuesMax = 20_000;
const levelsMax = 64;
// `metadata` has room for 600 keys of one character; V8 keeps objects of more than 1,000 in a slow form.
const keysMax = 1_000;

const invalidInput = (message: string) => new CommerceError('validation_failed', message, { issues: [] });

/**
 * Parses the JSON of a request's body; an empty body is undefined. The values, levels and keys are counted before
 * JSON.parse, which takes up to 30 ms of CPU time for 512 KiB of small values.
 * @throws validation_failed when the body has more than 20,000 values or 64 levels, or an object of it more than 1,000
 * keys
 * @throws SyntaxError when the body is not JSON
 */
export function readJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  assertSmall(bytes);
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** Counts what a body holds by its punctuation. JSON.parse finds out whether the body is JSON at all. */
function assertSmall(bytes: Buffer): void {
  let values = 0;
  let levels = 0;
  const keys = new Uint32Array(levelsMax + 1);
  for (let at = 0; at < bytes.length; at += 1) {
    switch (bytes[at]) {
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
        if ((keys[levels] = (keys[levels] ?? 0) + 1) > keysMax)
          throw invalidInput(`an object must not have more than ${keysMax} keys`);
        break;
      case comma:
        values += 1;
        break;
    }
    if (values > valuesMax) throw invalidInput(`the input must not have more than ${valuesMax} values`);
  }
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The place of the quotation mark that ends the string which begins at `start`. */
function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}
