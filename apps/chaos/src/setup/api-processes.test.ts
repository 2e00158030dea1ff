import { expect, test } from 'vitest';
import { ApiProcesses } from './api-processes.ts';

/** Starts processes of which the first `failures` starts fail, as when the connection to PostgreSQL is cut. */
async function startWith(failures: number) {
  let starts = 0;
  const apis = new ApiProcesses(async () => {
    starts += 1;
    if (starts <= failures) throw new Error('the API did not start');
    return { url: `http://${starts}.test`, log: 'log', kill: async () => {}, stop: async () => {} };
  });
  await apis.start({});
  return { apis, starts: () => starts };
}

test('a process that ends while it starts is started again, at first and after a kill', async () => {
  const { apis, starts } = await startWith(1);
  expect(apis.urls()).toHaveLength(2);
  expect(starts()).toBe(3);
  await apis.killOne();
  expect(apis.urls()).toHaveLength(2);
});

test('processes that never start end the run', async () => {
  await expect(startWith(Infinity)).rejects.toThrow('the API did not start');
});
