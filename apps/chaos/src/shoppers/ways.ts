import { setTimeout as sleep } from 'node:timers/promises';
import { atGateway, attempt, cancel, waitUntil, type Visit } from './visit.ts';

/** What is left to do when the shopper comes back much later. */
type Later = () => Promise<void>;

const seenMs = 12_000;

/** How many times a shopper tries whose attempts fail. */
const attemptsMax = 3;

/** Pays; tries again where it fails, as most do. */
async function pays(visit: Visit): Promise<void> {
  const { chance } = visit.world;
  while (visit.attempts < attemptsMax) {
    const begun = await attempt(visit);
    if (!begun) return;
    const fails = chance.whether(`${visit.name} fails ${begun.number}`, 0.12);
    await atGateway(visit, begun, fails ? 'FAILS' : 'PAYS');
    // Somebody at the gateway is quicker than the message that there is anything to send back.
    if (chance.whether(`${visit.name} sent back ${begun.number}`, 0.05))
      await visit.world.gateway.refund(begun.payment.id);
    const { status } = await waitUntil(visit, (order) => order.status !== 'PAYMENT_PENDING', seenMs);
    if (status !== 'PAYMENT_FAILED' || !chance.whether(`${visit.name} tries again ${begun.number}`, 0.85)) return;
  }
}

/** Fails, and pays by the same attempt at once: which of the two the shop hears first is open. */
async function changesMind(visit: Visit): Promise<void> {
  const begun = await attempt(visit);
  if (!begun) return;
  await atGateway(visit, begun, 'FAILS');
  await atGateway(visit, begun, 'PAYS');
}

/** Fails, pays by another attempt, and then the first one succeeds all the same. */
async function paysTwice(visit: Visit): Promise<void> {
  const first = await attempt(visit);
  if (!first) return;
  await atGateway(visit, first, 'FAILS');
  await waitUntil(visit, ({ status }) => status === 'PAYMENT_FAILED', 4_000);
  const second = await attempt(visit);
  if (second) await atGateway(visit, second, 'PAYS');
  await atGateway(visit, first, 'PAYS');
}

/** Fails, and pays when the order has expired: the attempt that failed may still be approved. */
async function paysLate(visit: Visit): Promise<Later | undefined> {
  const begun = await attempt(visit);
  if (!begun) return undefined;
  await atGateway(visit, begun, 'FAILS');
  return async () => {
    // A gateway that is asked before an order is let go makes it last a while longer.
    await waitUntil(visit, ({ status }) => status === 'EXPIRED', visit.world.reservationMs + 40_000);
    await atGateway(visit, begun, 'PAYS');
  };
}

/** Pays in the very moment in which the order expires. */
async function paysAtTheLastMoment(visit: Visit): Promise<Later | undefined> {
  const begun = await attempt(visit);
  if (!begun) return undefined;
  const { reservedUntil } = await waitUntil(visit, () => true, 0);
  const early = visit.world.chance.whole(`${visit.name} early`, -1_200, 300);
  return async () => {
    await sleep(Math.max(0, Date.parse(reservedUntil) - Date.now() - early));
    await atGateway(visit, begun, 'PAYS');
  };
}

/** Asks for a virtual account, and pays into it after a while, or never. */
async function paysByAccount(visit: Visit): Promise<Later | undefined> {
  const begun = await attempt(visit);
  if (!begun) return undefined;
  const takes = visit.world.providers.some(({ name, accounts }) => name === begun.payment.provider && accounts);
  await atGateway(visit, begun, takes ? 'ACCOUNT' : 'PAYS', visit.world.reservationMs * 2);
  if (!takes || visit.world.chance.whether(`${visit.name} forgets`, 0.3)) return undefined;
  return async () => {
    await sleep(visit.world.chance.whole(`${visit.name} deposit`, 500, visit.world.reservationMs * 1.8));
    await atGateway(visit, begun, 'PAYS');
  };
}

/** Cancels before or while paying: the money may be on its way already. */
async function cancels(visit: Visit): Promise<void> {
  const { chance } = visit.world;
  const begun = await attempt(visit);
  if (!begun) return void (await cancel(visit));
  if (chance.whether(`${visit.name} failed before`, 0.4)) {
    await atGateway(visit, begun, 'FAILS');
    await waitUntil(visit, ({ status }) => status === 'PAYMENT_FAILED', 3_000);
    await cancel(visit);
    if (chance.whether(`${visit.name} pays canceled`, 0.7)) await atGateway(visit, begun, 'PAYS');
    return;
  }
  const pays = chance.whether(`${visit.name} pays meanwhile`, 0.6);
  await Promise.all([cancel(visit), pays ? atGateway(visit, begun, 'PAYS') : undefined]);
}

/** Begins to pay, and is never seen again. */
async function leaves(visit: Visit): Promise<void> {
  if (visit.world.chance.whether(`${visit.name} begins`, 0.7)) await attempt(visit);
}

export const ways = {
  pays,
  changesMind,
  paysTwice,
  paysLate,
  paysAtTheLastMoment,
  paysByAccount,
  cancels,
  leaves,
} as const satisfies Record<string, (visit: Visit) => Promise<Later | undefined | void>>;

/** How many of a hundred go which way. */
export const shares: Readonly<Record<keyof typeof ways, number>> = {
  pays: 56,
  changesMind: 6,
  paysTwice: 8,
  paysLate: 8,
  paysAtTheLastMoment: 5,
  paysByAccount: 5,
  cancels: 8,
  leaves: 4,
};
