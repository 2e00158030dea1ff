import { setTimeout as sleep } from 'node:timers/promises';
import { readParcelsElsewhere } from './checks/carrier.ts';
import { differences } from './checks/books.ts';
import { hurryUnknownPayments, readPending, readWaitingMessages } from './checks/pending.ts';
import type { Pending } from './checks/unfinished.ts';
import { readState } from './checks/state.ts';
import type { Operators } from './operators.ts';
import type { Progress } from './report/progress.ts';
import type { RunningShop } from './setup/shop.ts';
import { call } from './shop/call.ts';
import type { Subscribers } from './subscribers/subscribers.ts';
import type { World } from './shop/world.ts';

/** How long a wait may take, and how often it looks. */
export type Pace = {
  /** Ends a wait that hangs: longer than the longest pause of a call, plus the lease of a killed process. */
  hangMs: number;
  /** The pause between two looks. */
  pauseMs: number;
  /** How often an operator redrives the messages that wait. */
  redriveMs: number;
};

export const usualPace: Pace = { hangMs: 20 * 60_000, pauseMs: 400, redriveMs: 3_000 };

/** The parts of a run that the wait needs. */
type Waited = {
  shop: Pick<RunningShop, 'database' | 'gateway'> & {
    subscribers: Pick<Subscribers, 'readBehind' | 'redriveParked'>;
  };
  world: Pick<World, 'ledger' | 'operator' | 'scans'>;
  operators: Pick<Operators, 'idleTurns'>;
  progress: Pick<Progress, 'now'>;
};

/**
 * Waits until nothing is due, no call is under way, the gateways have nothing to send, the subscribers have every
 * event, each parcel is where its carrier has it, and the operators have nothing to decide. Then an operator compares
 * the shop's and the gateways' books and has payments polled whose messages were lost, each once, and the wait starts
 * again.
 * @returns what was left to do when the wait was given up as a hang; empty otherwise
 */
export async function waitUntilIdle(waited: Waited, pace: Pace): Promise<Pending[]> {
  const giveUpAt = performance.now() + pace.hangMs;
  const polled = new Set<string>();
  for (;;) {
    const left = await waitForPending(waited, pace, giveUpAt, polled);
    if (left.length > 0) return left;
    const lost = (await readLostPayments(waited.shop)).filter((paymentId) => !polled.has(paymentId));
    if (lost.length === 0) return [];
    await Promise.all(lost.map((paymentId) => poll(waited.world, paymentId)));
    for (const paymentId of lost) polled.add(paymentId);
  }
}

async function waitForPending(
  { shop, world, operators, progress }: Waited,
  { pauseMs, redriveMs }: Pace,
  giveUpAt: number,
  polled: ReadonlySet<string>,
): Promise<Pending[]> {
  let quietSince: Date | undefined;
  let redriveAt = performance.now() + redriveMs;
  // The shop and the gateways are read one after the other, so only the second look in a row without work counts.
  for (let idleLooks = 0; ; await sleep(pauseMs)) {
    const now = new Date();
    const { underway } = await shop.gateway.flush();
    quietSince = underway === 0 ? (quietSince ?? now) : undefined;
    const left = [
      ...(await readPending(shop, { quietSince, polledIds: [...polled] })),
      ...pendingOf('messages or changes of the gateways', underway),
      ...(await readParcelsElsewhere(shop, world)),
      ...(await shop.subscribers.readBehind()),
      ...pendingOf('turns of the operators', Math.max(0, 2 - operators.idleTurns())),
    ];
    idleLooks = left.length === 0 ? idleLooks + 1 : 0;
    if (idleLooks === 2) return [];
    if (left.length > 0 && performance.now() > giveUpAt) return left;
    progress.now(['waiting for', ...left.map(({ what, count }) => `${count} ${what}`)].join(', '));
    await hurryUnknownPayments(shop);
    if (performance.now() > redriveAt) {
      redriveAt = performance.now() + redriveMs;
      for (const gatewayEventId of await readWaitingMessages(shop)) await redrive(world, gatewayEventId);
      await shop.subscribers.redriveParked(world.operator).catch(() => {});
    }
  }
}

const pendingOf = (what: string, count: number): Pending[] => (count > 0 ? [{ what, count, examples: [] }] : []);

/** Reads the payments whose books differ and of which a message was never delivered. */
async function readLostPayments(shop: Waited['shop']): Promise<string[]> {
  const state = await readState(shop);
  return [...state.book.values()]
    .filter(
      ({ paymentId, events }) =>
        state.payments.has(paymentId) &&
        events.some(({ state: delivery }) => delivery === 'DROPPED') &&
        differences(state, paymentId).length > 0,
    )
    .map(({ paymentId }) => paymentId);
}

const poll = ({ ledger, operator }: Waited['world'], paymentId: string) =>
  call(ledger, 'payment.poll', operator.payment.poll, { paymentId }, `ask ${paymentId}`);

const redrive = ({ ledger, operator }: Waited['world'], gatewayEventId: string) =>
  call(
    ledger,
    'gatewayEvent.redrive',
    operator.gatewayEvent.redrive,
    { gatewayEventId },
    // Each redrive of a message is a call of its own.
    `redrive ${gatewayEventId} ${ledger.size}`,
  );
