import { expect, test } from 'vitest';
import { bar, formatSeconds } from './progress.ts';

test.each([
  [0, '0:00'],
  [59.4, '0:59'],
  [59.6, '1:00'],
  [95, '1:35'],
  [3_599, '59:59'],
  [3_661, '1:01:01'],
])('%d seconds are shown as %s', (seconds, shown) => {
  expect(formatSeconds(seconds)).toBe(shown);
});

test.each([20, 40, 60, 80, 200])('the bar fits into %d columns as long as its words do', (width) => {
  const words = 'Invoices  50% 5832/11665 312/s 0:19 left';
  const line = bar('Invoices', 5832, 11_665, '312/s', '0:19 left', width);
  expect(line.length).toBeLessThanOrEqual(Math.max(width - 3, words.length));
  expect(line).toContain('312/s 0:19 left');
});

test('the bar is empty at the start and full at the end, also for an empty list', () => {
  expect(bar('x', 0, 10, '', '', 60)).toMatch(/\[ +\] 0%/);
  expect(bar('x', 10, 10, '', '', 60)).toMatch(/\[=+\] 100%/);
  expect(bar('x', 0, 0, '', '', 60)).toMatch(/\[=+\] 100%/);
});
