import { setTimeout as sleep } from 'node:timers/promises';
import type { Meter } from './measure.ts';

/** Makes one call that was due at `since` and reports it to the meter. Returns false when there are no more calls. */
export type Call = (since: number) => Promise<boolean>;

/** Runs each call again as soon as it returns, while the meter is open. */
export async function closedLoop(calls: readonly Call[], meter: Meter): Promise<void> {
  await Promise.all(
    calls.map(async (call) => {
      while (meter.open && (await call(performance.now())));
    }),
  );
}

/**
 * Makes calls at random times, `rate` a second on average: a Poisson process, as pgbench's --rate. A call that is due
 * while none of `calls` is free waits for one. Durations count from the due time.
 */
export async function openLoop(calls: readonly Call[], meter: Meter, rate: number): Promise<void> {
  const free = [...calls];
  const underWay = new Set<Promise<void>>();
  let due: number[] = [];
  const make = async (call: Call, since: number) => {
    await call(since);
    free.push(call);
    begin();
  };
  const begin = () => {
    while (due.length > 0) {
      const call = free.pop();
      if (!call) return;
      const made = make(call, due.shift() ?? performance.now());
      underWay.add(made);
      void made.finally(() => underWay.delete(made));
    }
  };
  for (let next = performance.now(); meter.open; await sleep(1)) {
    const now = performance.now();
    for (; next <= now; next += (-Math.log(1 - Math.random()) / rate) * 1000) due.push(next);
    begin();
  }
  due = [];
  await Promise.all(underWay);
}
