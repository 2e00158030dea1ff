import { expect, test } from 'vitest';
import type { RunOptions } from '../options.ts';
import type { Outcome } from '../run.ts';
import { providerNames } from '../setup/providers.ts';
import { failures, render, renderAll } from './render.ts';

const options: RunOptions = { seed: 7, orders: 500, providers: providerNames, kills: 1 };
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
  subscribers: [{ what: 'the healthy endpoint: requests', count: 300 }],
  calls: [{ what: 'order.create done', count: 500 }],
};

test('a run that passes is reported with the command that repeats it', () => {
  expect(failures(outcome)).toEqual([]);
  const report = render(outcome, options);
  expect(report).toContain('All checks passed after 500 shoppers in 61 s');
  expect(report).toContain('npm run chaos -- --seed 7 --orders 500 --providers mock,stripe,toss,portone --kills 1');
  const tooLong = report.split('\n').filter((line) => line.length > 80 && !line.startsWith('Repeat'));
  expect(tooLong).toEqual([]);
});

test('a finding fails a run and is shown with the command that repeats it', () => {
  const wrong = {
    ...outcome,
    findings: Array.from({ length: 30 }, (_, n) => ({ check: 'books', what: `payment ${n}` })),
  };
  expect(failures(wrong)).toHaveLength(30);
  expect(render(wrong, options)).toMatch(/Checks failed[\s\S]*books: payment 19\n  … and 10 more\n\nRepeat: /);
});

test('the report of several seeds names the seeds that failed and the cases that never occurred', () => {
  const results = [
    { seed: 1, failed: [] },
    { seed: 2, failed: ['books: payment 1', 'books: payment 2'] },
  ];
  const report = renderAll(results, outcome, [{ what: 'a dispute', count: 0 }]);
  expect(report).toContain(`1 of 2 seeds passed.
  seed 2: books: payment 1 … and 1 more
  never occurred: a dispute`);
  expect(renderAll(results.slice(0, 1), outcome, [])).toMatch(/1 of 1 seeds passed\.$/);
});
