import { expect, test } from 'vitest';
import type { Options } from '../options.ts';
import type { Outcome } from '../run.ts';
import { providerNames } from '../setup/providers.ts';
import { failures, ordersOfAll, render } from './render.ts';

const options: Options = {
  seed: 7,
  orders: ordersOfAll,
  providers: providerNames,
  kills: 1,
  keep: false,
  json: undefined,
};
const outcome: Outcome = {
  seconds: 61.2,
  shoppedSeconds: 40,
  findings: [],
  faults: [
    { what: 'dropped', count: 12 },
    { what: 'delayed', count: 1 },
    { what: 'process_killed', count: 1 },
  ],
  cases: [
    { what: 'another amount or currency: REVIEW', count: 3 },
    { what: 'a rare case', count: 0, rare: true },
  ],
  effects: [{ what: 'APPLIED order_paid', count: 400 }],
  calls: [{ what: 'order.create done', count: 500 }],
};

test('a run that passes is reported with the command that repeats it', () => {
  expect(failures(outcome, options)).toEqual([]);
  const report = render(outcome, options);
  expect(report).toContain('All checks passed after 500 shoppers in 61 s');
  expect(report).toContain('npm run chaos -- --seed 7 --orders 500 --providers mock,stripe,toss,portone --kills 1');
  const tooLong = report.split('\n').filter((line) => line.length > 80 && !line.startsWith('Repeat'));
  expect(tooLong).toEqual([]);
});

test('a finding fails a run of any size and is shown with the command that repeats it', () => {
  const wrong = {
    ...outcome,
    findings: Array.from({ length: 30 }, (_, n) => ({ check: 'books', what: `payment ${n}` })),
  };
  expect(failures(wrong, { ...options, orders: 10 })).toHaveLength(30);
  expect(render(wrong, options)).toMatch(/Checks failed[\s\S]*books: payment 19\n  … and 10 more\n\nRepeat: /);
});

test('a fault or case that never occurred fails a run that is large enough to have all', () => {
  const poor = { ...outcome, faults: [{ what: 'dropped', count: 0 }], cases: [{ what: 'a dispute', count: 0 }] };
  expect(failures(poor, options)).toEqual(['never occurred: dropped', 'never occurred: a dispute']);
  expect(failures(poor, { ...options, orders: ordersOfAll - 1 })).toEqual([]);
  // A run with fewer providers cannot have every case.
  expect(failures(poor, { ...options, providers: ['toss'] })).toEqual([]);
});

test('a missing kill fails a run only if kills were requested', () => {
  const unkilled = { ...outcome, faults: [{ what: 'process_killed', count: 0 }] };
  expect(failures(unkilled, { ...options, kills: 0 })).toEqual([]);
  expect(failures(unkilled, options)).toEqual(['never occurred: process_killed']);
});
