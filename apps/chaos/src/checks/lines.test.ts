import { expect, test } from 'vitest';
import { isWrong } from './lines.ts';

const line = { quantity: 3, paid: 1_000, canceled: 0, units: 0, amount: 0, hasFailed: false };

test.each([
  ['nothing went back', line],
  ['a unit went back for its share', { ...line, units: 1, amount: 333 }],
  ['all units went back for what was paid', { ...line, units: 3, amount: 1_000 }],
  ['a canceled unit went back', { ...line, canceled: 1, units: 1, amount: 333 }],
  ['the refund of a canceled unit failed', { ...line, canceled: 1, hasFailed: true }],
])('the money of a line is right when %s', (_, row) => {
  expect(isWrong(row)).toBe(false);
});

test.each([
  ['more than was paid went back', { ...line, units: 2, amount: 1_001 }],
  ['more units went back than were ordered', { ...line, units: 4, amount: 1_000 }],
  ['all units went back for less than was paid', { ...line, units: 3, amount: 999 }],
  ['nothing went back for a canceled unit', { ...line, canceled: 1 }],
])('the money of a line is a finding when %s', (_, row) => {
  expect(isWrong(row)).toBe(true);
});
