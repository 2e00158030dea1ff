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
    { what: 'hardly ever', count: 0, rare: true },
  ],
  effects: [{ what: 'APPLIED order_paid', count: 400 }],
  calls: [{ what: 'order.create done', count: 500 }],
};

test('a run in which all is well says so, and how to have it again', () => {
  expect(failures(outcome, options)).toEqual([]);
  const report = render(outcome, options);
  expect(report).toContain('All is well after 500 shoppers in 61 s');
  expect(report).toContain('npm run chaos -- --seed 7 --orders 500 --providers mock,stripe,toss,portone --kills 1');
  const tooLong = report.split('\n').filter((line) => line.length > 80 && !line.startsWith('Replay'));
  expect(tooLong).toEqual([]);
});

test('what is wrong fails a run of any size, and is shown with the command that runs it again', () => {
  const wrong = {
    ...outcome,
    findings: Array.from({ length: 30 }, (_, n) => ({ check: 'books', what: `payment ${n}` })),
  };
  expect(failures(wrong, { ...options, orders: 10 })).toHaveLength(30);
  expect(render(wrong, options)).toMatch(/Something is wrong[\s\S]*books: payment 19\n  … and 10 more\n\nReplay: /);
});

test('what never occurred fails a run that is large enough to have it all', () => {
  const poor = { ...outcome, faults: [{ what: 'dropped', count: 0 }], cases: [{ what: 'a dispute', count: 0 }] };
  expect(failures(poor, options)).toEqual(['never occurred: dropped', 'never occurred: a dispute']);
  expect(failures(poor, { ...options, orders: ordersOfAll - 1 })).toEqual([]);
  // Not every provider has every case.
  expect(failures(poor, { ...options, providers: ['toss'] })).toEqual([]);
});

test('a kill is asked for only where there was to be one', () => {
  const unkilled = { ...outcome, faults: [{ what: 'process_killed', count: 0 }] };
  expect(failures(unkilled, { ...options, kills: 0 })).toEqual([]);
  expect(failures(unkilled, options)).toEqual(['never occurred: process_killed']);
});
