import { setTimeout as sleep } from 'node:timers/promises';
import type { Meter } from './measure.ts';

/** Makes one call that was due at `since` and sees that the meter hears of it. False: there is nothing left to call. */
export type Call = (since: number) => Promise<boolean>;

/** Each of them makes its next call as soon as its last one was answered, as long as the meter is open. */
export async function closedLoop(calls: readonly Call[], meter: Meter): Promise<void> {
  await Promise.all(
    calls.map(async (call) => {
      while (meter.open && (await call(performance.now())));
    }),
  );
}

/**
 * Calls become due at `rate` a second on average, at random (a Poisson process, as pgbench's --rate), whether or not
 * earlier ones were answered; what finds none of `calls` free waits. Times count from when a call was due.
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
    while (due.length > 0 && free.length > 0) {
      const made = make(free.pop()!, due.shift()!);
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
