import type { Client } from '@commerce-core/client';
import { summary, type Measured } from '../../load/measure.ts';

/** A subscriber of a shop's events, who notes how old each event is when it arrives. */
export type Subscriber = {
  received: () => number;
  /** Begins to note, without what was noted before. */
  start: () => void;
  /** Returns what was noted since `start`. */
  result: () => Measured;
  stop: () => void;
};

/** Subscribes to `event.stream`, and returns as soon as the stream is open. */
export async function subscribe(client: Client): Promise<Subscriber> {
  const agesMs: number[] = [];
  let received = 0;
  let began = performance.now();
  const { promise: open, resolve, reject } = Promise.withResolvers<void>();
  const subscription = client.event.stream.subscribe(undefined, {
    onStarted: () => resolve(),
    onData({ data: { time } }) {
      received += 1;
      agesMs.push(Date.now() - Date.parse(time));
    },
    onError: reject,
  });
  await open;
  return {
    received: () => received,
    start() {
      agesMs.length = 0;
      began = performance.now();
    },
    result: () => ({
      ...summary(agesMs, (performance.now() - began) / 1_000),
      succeeded: agesMs.length,
      failed: {},
    }),
    stop: () => subscription.unsubscribe(),
  };
}
