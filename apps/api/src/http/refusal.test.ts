import { attentionHints, CommerceError, errorHints, transitionHints, type ErrorCode } from '@commerce-core/core';
import { TRPCError } from '@trpc/server';
import { expect, test } from 'vitest';
import { access } from '../auth/access.ts';
import { errorBodies } from '../testing/error-bodies.ts';
import { errorShape, refusalOf } from './refusal.ts';

test('the body of every error has the hint of its code, and of its subject where a transition is refused', () => {
  const bodies = errorBodies();
  const expected = bodies.map(({ code, details }) =>
    code === 'invalid_transition' ? transitionHints[details.subject] : errorHints[code],
  );
  expect(bodies.map(({ hint }) => hint)).toEqual(expected);
  expect(new Set(bodies.map(({ code }) => code))).toEqual(new Set(Object.keys(errorHints)));
});

test.each<[string, unknown, ErrorCode]>([
  ['an error of the shop', new CommerceError('order_not_found', 'no such order'), 'order_not_found'],
  ['an error that tRPC wraps', new TRPCError({ code: 'NOT_FOUND' }), 'not_found'],
  ['an error of tRPC about the request', new TRPCError({ code: 'BAD_REQUEST' }), 'validation_failed'],
  ['any other error', new Error('boom'), 'internal_error'],
])('%s gets its hint in data.commerce', (_, thrown, code) => {
  expect(errorShape(refusalOf(thrown), 'order.get').data.commerce).toMatchObject({ code, hint: errorHints[code] });
});

test('the hints name only procedures that exist', () => {
  const hints = [errorHints, transitionHints, attentionHints].flatMap((table): string[] => Object.values(table));
  const named = hints.flatMap((hint) => hint.match(/\b(?!details\.)[a-z]\w*\.[a-z]\w*/gi) ?? []);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !Object.hasOwn(access, name))).toEqual([]);
});
