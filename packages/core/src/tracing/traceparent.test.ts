import { describe, expect, test } from 'vitest';
import { causesOf, isSampled, parseTraceparent, traceparentOf } from './traceparent.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const valid = `00-${traceId}-${spanId}-01`;

test('a trace context is read and written in the form of the header traceparent', () => {
  const context = parseTraceparent(valid);
  expect(context).toEqual({ traceId, spanId, traceFlags: 1, isRemote: true });
  expect(context && traceparentOf(context)).toBe(valid);
});

test.each([
  ['of a later version', `01-${traceId}-${spanId}-01`],
  ['of a later version with more parts', `cc-${traceId}-${spanId}-01-what-the-future-holds`],
])('a trace context %s is read', (_, text) => {
  expect(parseTraceparent(text)).toMatchObject({ traceId, spanId, traceFlags: 1 });
});

test('only the flag for recorded traces is passed on', () => {
  expect(parseTraceparent(`00-${traceId}-${spanId}-ff`)?.traceFlags).toBe(1);
  expect(parseTraceparent(`00-${traceId}-${spanId}-fe`)?.traceFlags).toBe(0);
});

describe('a header that is no trace context is ignored', () => {
  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['of the forbidden version', `ff-${traceId}-${spanId}-01`],
    ['of version 00 with more parts', `${valid}-more`],
    ['without a trace', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['without a span', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['in upper case', valid.toUpperCase()],
    ['too short', `00-${traceId}-${spanId.slice(1)}-01`],
    ['sent twice', `${valid}, ${valid}`],
    ['with a line break', `${valid}\n`],
    ['of another alphabet', valid.replace('a', 'а')],
    ['SQL', "00-'; drop table commerce.events; --"],
    ['of a megabyte', `cc-${traceId}-${spanId}-01-${'a'.repeat(1_000_000)}`],
  ])('%s', (_, text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });
});

test('the causes of rows are their trace contexts, each once, without those that are unknown', () => {
  const other = `00-${traceId}-${spanId}-00`;
  const rows = [valid, null, other, valid, 'nonsense'].map((traceparent) => ({ traceparent }));
  expect(causesOf(rows).map(isSampled)).toEqual([true, false]);
});
