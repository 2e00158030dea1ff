import { expect, test } from 'vitest';
import { statement } from './statement.ts';

test('a statement’s name has one text', () => {
  const { name, text } = statement('of_a_test', 'select 1');
  expect(statement(name, text)).toEqual({ name, text });
  expect(() => statement(name, 'select 2')).toThrow('of_a_test');
});
