import { expect, test } from 'vitest';
import { z } from 'zod';
import { listOf } from './list-input.ts';

test('a list that is too long is refused with its limit, in the way English writes numbers', () => {
  const { error } = listOf(z.string(), 2_000).safeParse(Array.from({ length: 2_001 }, () => 'x'));
  expect(error?.issues).toMatchObject([{ message: 'must be a list of at most 2,000 items' }]);
});
