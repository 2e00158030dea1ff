import { expect, test } from 'vitest';
import { EventBook } from './book.ts';

const bookOf = (...events: [aggregateId: string, version: number, eventId: string][]) => {
  const book = new EventBook();
  for (const event of events) book.add(...event);
  return book;
};

test('books of the same events agree, whatever the order of different orders', () => {
  const one = bookOf(['a', 1, 'e1'], ['b', 1, 'e2'], ['a', 2, 'e3']);
  const other = bookOf(['b', 1, 'e2'], ['a', 1, 'e1'], ['a', 2, 'e3']);
  expect(one.differences(other)).toEqual([]);
  expect([...one.faults, ...other.faults]).toEqual([]);
});

test.each([
  ['lost', bookOf(['a', 1, 'e1'])],
  ['another one', bookOf(['a', 1, 'e1'], ['a', 2, 'e4'])],
  ['of another order', bookOf(['a', 1, 'e1'], ['b', 1, 'e3'])],
])('books differ when an event is %s', (_, other) => {
  expect(bookOf(['a', 1, 'e1'], ['a', 2, 'e3']).differences(other)).not.toEqual([]);
});

test.each([
  ['again', [1, 2, 2]],
  ['too early', [1, 3, 2]],
  ['not at first', [2]],
])('a version that comes %s is a fault', (_, versions) => {
  expect(
    bookOf(...versions.map((version): [string, number, string] => ['a', version, `e${version}`])).faults,
  ).not.toEqual([]);
});
