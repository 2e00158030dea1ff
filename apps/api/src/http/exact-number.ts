/**
 * Whether JavaScript keeps a JSON number as it is written: the shortest text of the parsed number has the same value.
 * Other texts, like 9007199254740993, 0.10000000000000000001 or 1e400, would be stored as a different number.
 */
export function isExact(text: string): boolean {
  // A double keeps 15 digits (IEEE 754), so this answers for almost all numbers.
  if (text.length <= 15 && !/e/i.test(text)) return true;
  // The longest text that can be exact has 309 digits. A text that is not a number is left to JSON.parse.
  if (text.length > 400) return false;
  const given = decimal(text);
  return given === undefined || given === decimal(String(Number(text)));
}

/** A number as its significant digits and a power of ten, so that 1.50, 15e-1 and 1.5 are equal. */
function decimal(text: string): string | undefined {
  const [, whole, fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
