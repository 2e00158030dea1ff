import { expect, test } from 'vitest';
import { adviceFor } from './advice.ts';
import { checks } from './checks.ts';

test('every check has advice of its own kind', () => {
  const other = adviceFor({ name: 'none' });
  expect(checks.filter((check) => adviceFor(check) === other).map(({ name }) => name)).toEqual([]);
});
