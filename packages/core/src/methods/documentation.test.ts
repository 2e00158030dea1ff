import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { connect } from '../database/connect.ts';
import { errorKinds } from '../errors.ts';

// No connection is opened: only the names of the methods are read.
const database = connect({ url: 'postgres://nobody@localhost:1/none' });
afterAll(() => database.close());

const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8'));

/** A method’s docstring, and its source up to the next method; undefined when the method has no docstring. */
function methodOf(name: string): { doc: string; source: string } | undefined {
  const declaration = new RegExp(
    `/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*(?:async )?\\*?${name}[(:<]((?:(?!/\\*\\*|\\n  };)[^])*)`,
  );
  const [found] = sources.map((source) => declaration.exec(source)).filter((match) => match !== null);
  return found && { doc: found[1] ?? '', source: found[2] ?? '' };
}

/** The `@throws` tags of a docstring: what is thrown, and the rest of the tag. */
const throwsOf = (doc: string): { thrown: string; rest: string }[] =>
  [...doc.matchAll(/@throws (\w+)([^@]*)/g)].map(([, thrown = '', rest = '']) => ({ thrown, rest }));

describe.each(Object.keys(createCommerce({ database })))('%s', (name) => {
  const method = methodOf(name);
  const tags = throwsOf(method?.doc ?? '');
  const codes = tags.map(({ thrown }) => thrown);

  test('has a docstring that begins with a sentence', () => {
    expect(method?.doc).toMatch(/^[\s*]+[A-Z][^@]{15,}/);
  });

  test('documents each error that it throws, once and with its condition, or that it throws nothing', () => {
    const known = [...Object.keys(errorKinds), 'Error'];
    const wrong = tags.filter(({ thrown, rest }) =>
      thrown === 'nothing' ? codes.length > 1 : !known.includes(thrown) || !/^ when \S/.test(rest),
    );
    expect(wrong).toEqual([]);
    expect(codes).not.toEqual([]);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test('documents the errors that all methods of its kind throw', () => {
    const source = method?.source ?? '';
    const parses = /\b(parse|parsedOrder|listPage)\(/.test(source);
    const isMutation = source.includes('call?: Call');
    // The errors of placeOrdersIn's transaction are thrown by `transaction`.
    const usesDatabase = !codes.includes('nothing') && name !== 'placeOrdersIn';
    const required = [
      ...(parses ? ['validation_failed'] : []),
      ...(isMutation ? ['idempotency_key_reused', 'overloaded', 'outcome_unknown'] : []),
      ...(usesDatabase ? ['database_unavailable'] : []),
    ];
    expect(codes).toEqual(expect.arrayContaining(required));
  });
});
