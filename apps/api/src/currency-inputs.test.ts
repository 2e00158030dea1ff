import { currencies } from '@commerce-core/core/gateway';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { procedures } from './trpc/procedures.ts';

/** The schemas below a schema, by the path to each. */
function* schemasIn(schema: unknown, path: string): Generator<[string, z.ZodType]> {
  if (!(schema instanceof z.ZodType)) return;
  yield [path, schema];
  if (schema instanceof z.ZodObject)
    for (const [name, field] of Object.entries(schema.shape)) yield* schemasIn(field, `${path}.${name}`);
  if (schema instanceof z.ZodArray) yield* schemasIn(schema.element, path);
  if (schema instanceof z.ZodUnion) for (const option of schema.options) yield* schemasIn(option, path);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    yield* schemasIn(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) {
    yield* schemasIn(schema.in, path);
    yield* schemasIn(schema.out, path);
  }
}

const fields = Object.entries(procedures).flatMap(([path, { _def }]) =>
  _def.inputs.flatMap((input) => [...schemasIn(input, path)].filter(([field]) => /\.[a-z]*currency$/i.test(field))),
);

test('a field that holds a currency takes exactly the currencies that shoppers pay with, in each procedure', () => {
  expect(fields.map(([path]) => path)).toContain('product.create.currency');
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
  const codes = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
  for (const [path, schema] of fields) {
    const taken = codes.filter((code) => schema.safeParse(code).success);
    expect(taken, path).toEqual([...currencies.keys()].toSorted());
    for (const text of ['usd', 'US', 'USDX', ' USD', '']) expect(schema.safeParse(text).success, path).toBe(false);
  }
});
