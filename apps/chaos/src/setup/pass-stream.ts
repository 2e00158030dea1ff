import type { ServerResponse } from 'node:http';
import type { Chance } from '../chance.ts';

const cutAfterMs = { least: 300, most: 6_000 };

/** Passes streams of server-sent events on. */
export type StreamPasser = {
  /** Passes a stream until either side ends it, or a fault cuts it in the middle of what it sends. */
  pass: (body: ReadableStream<Uint8Array>, response: ServerResponse) => Promise<void>;
  cuts: () => number;
  stopFaults: () => void;
};

/** Creates a passer that cuts each stream after a time that comes from the seed. */
export function createStreamPasser(chance: Chance): StreamPasser {
  let streams = 0;
  let cuts = 0;
  let faultsStopped = false;
  return {
    async pass(body, response) {
      streams += 1;
      const cutAt = performance.now() + chance.whole(`stream ${streams}`, cutAfterMs.least, cutAfterMs.most);
      const reader = body.getReader();
      response.on('close', () => void reader.cancel().catch(() => {}));
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        if (!faultsStopped && performance.now() > cutAt) {
          cuts += 1;
          response.write(value.subarray(0, value.length / 2), () => response.destroy());
          return;
        }
        response.write(value);
      }
      response.end();
    },
    cuts: () => cuts,
    stopFaults() {
      faultsStopped = true;
    },
  };
}
