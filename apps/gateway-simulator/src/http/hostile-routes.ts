import { Hono } from 'hono';
import type { Outbox } from '../delivery/outbox.ts';
import type { Pauses } from '../delivery/pauses.ts';
import type { BankFaults } from '../faults/bank-faults.ts';
import { hostileInput, type HostileMode } from '../faults/hostile-mode.ts';
import type { FaultyWebhooks } from '../trackers/faulty-webhooks.ts';

type HostileOptions = {
  hostile: HostileMode;
  outbox: Outbox;
  bankFaults: BankFaults;
  carriers: FaultyWebhooks;
  pauses: Pauses;
};

/**
 * `POST /hostile` turns the hostile mode on or off, and `GET /hostile` reports it. `POST /flush` ends all delays and
 * sends the events that were given up once more. Turning the mode off does the same.
 */
export function hostileRoutes({ hostile, outbox, bankFaults, carriers, pauses }: HostileOptions): Hono {
  const underway = () => outbox.pendingCount() + bankFaults.waitingCount() + carriers.pendingCount();
  const report = () => ({ ...hostile.report(), underway: underway() });
  const flush = (): void => {
    pauses.endAll();
    outbox.retryGivenUp();
  };
  return new Hono()
    .get('/hostile', (c) => c.json(report()))
    .post('/hostile', async (c) => {
      const input = hostileInput.parse(await c.req.json());
      if ('off' in input) {
        hostile.stop();
        flush();
      } else hostile.start(input);
      return c.json(report());
    })
    .post('/flush', (c) => {
      flush();
      return c.json(report());
    });
}
