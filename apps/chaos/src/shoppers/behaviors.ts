import { setTimeout as sleep } from 'node:timers/promises';
import { actAtGateway, beginAttempt, cancel, waitUntil, type Visit } from './visit.ts';

/** What the shopper does much later, after an expiry or for a deposit. */
type Later = () => Promise<void>;

const outcomeMaxMs = 12_000;

/** How many attempts a shopper makes at most. */
const attemptsMax = 3;

/** Pays, and most often tries again when the attempt fails. */
async function pays(visit: Visit): Promise<void> {
  const { chance } = visit.world;
  while (visit.attempts < attemptsMax) {
    const begun = await beginAttempt(visit);
    if (!begun) return;
    const fails = chance.whether(`${visit.name} fails ${begun.number}`, 0.12);
    await actAtGateway(visit, begun, fails ? 'FAILS' : 'PAYS');
    // The merchant refunds in the gateway's dashboard before the shop has received the approval.
    if (chance.whether(`${visit.name} sent back ${begun.number}`, 0.05))
      await visit.world.gateway.refund(begun.payment.id);
    const { status } = await waitUntil(visit, (order) => order.status !== 'PAYMENT_PENDING', outcomeMaxMs);
    if (status !== 'PAYMENT_FAILED' || !chance.whether(`${visit.name} tries again ${begun.number}`, 0.85)) return;
  }
}

/** Fails and at once pays by the same attempt, so that the two messages may arrive in either order. */
async function changesMind(visit: Visit): Promise<void> {
  const begun = await beginAttempt(visit);
  if (!begun) return;
  await actAtGateway(visit, begun, 'FAILS');
  await actAtGateway(visit, begun, 'PAYS');
}

/** Fails, pays by a second attempt, and then the first attempt succeeds too. */
async function paysTwice(visit: Visit): Promise<void> {
  const first = await beginAttempt(visit);
  if (!first) return;
  await actAtGateway(visit, first, 'FAILS');
  await waitUntil(visit, ({ status }) => status === 'PAYMENT_FAILED', 4_000);
  const second = await beginAttempt(visit);
  if (second) await actAtGateway(visit, second, 'PAYS');
  await actAtGateway(visit, first, 'PAYS');
}

/** Fails, and pays by the same attempt after the order has expired: a late approval. */
async function paysLate(visit: Visit): Promise<Later | undefined> {
  const begun = await beginAttempt(visit);
  if (!begun) return undefined;
  await actAtGateway(visit, begun, 'FAILS');
  return async () => {
    // The shop polls the gateway before the order expires, which takes a while.
    await waitUntil(visit, ({ status }) => status === 'EXPIRED', visit.world.reservationMs + 40_000);
    await actAtGateway(visit, begun, 'PAYS');
  };
}

/** Pays at the moment when the order expires. */
async function paysAtTheLastMoment(visit: Visit): Promise<Later | undefined> {
  const begun = await beginAttempt(visit);
  if (!begun) return undefined;
  const { reservedUntil } = await waitUntil(visit, () => true, 0);
  const early = visit.world.chance.whole(`${visit.name} early`, -1_200, 300);
  return async () => {
    await sleep(Math.max(0, Date.parse(reservedUntil) - Date.now() - early));
    await actAtGateway(visit, begun, 'PAYS');
  };
}

/** Requests a virtual account and pays into it later, or never. */
async function paysByAccount(visit: Visit): Promise<Later | undefined> {
  const begun = await beginAttempt(visit);
  if (!begun) return undefined;
  const hasAccounts = visit.world.providers.some(({ name, accounts }) => name === begun.payment.provider && accounts);
  await actAtGateway(visit, begun, hasAccounts ? 'ACCOUNT' : 'PAYS', visit.world.reservationMs * 2);
  if (!hasAccounts || visit.world.chance.whether(`${visit.name} forgets`, 0.3)) return undefined;
  return async () => {
    await sleep(visit.world.chance.whole(`${visit.name} deposit`, 500, visit.world.reservationMs * 1.8));
    await actAtGateway(visit, begun, 'PAYS');
  };
}

/** Cancels before or while paying, so that an approval may arrive for a canceled order. */
async function cancels(visit: Visit): Promise<void> {
  const { chance } = visit.world;
  const begun = await beginAttempt(visit);
  if (!begun) return void (await cancel(visit));
  if (chance.whether(`${visit.name} failed before`, 0.4)) {
    await actAtGateway(visit, begun, 'FAILS');
    await waitUntil(visit, ({ status }) => status === 'PAYMENT_FAILED', 3_000);
    await cancel(visit);
    if (chance.whether(`${visit.name} pays canceled`, 0.7)) await actAtGateway(visit, begun, 'PAYS');
    return;
  }
  const pays = chance.whether(`${visit.name} pays meanwhile`, 0.6);
  await Promise.all([cancel(visit), pays ? actAtGateway(visit, begun, 'PAYS') : undefined]);
}

/** Begins to pay at most, and does nothing more. */
async function leaves(visit: Visit): Promise<void> {
  if (visit.world.chance.whether(`${visit.name} begins`, 0.7)) await beginAttempt(visit);
}

/** What shoppers do. Each returns what the shopper does much later, if anything. */
export const behaviors = {
  pays,
  changesMind,
  paysTwice,
  paysLate,
  paysAtTheLastMoment,
  paysByAccount,
  cancels,
  leaves,
} as const satisfies Record<string, (visit: Visit) => Promise<Later | undefined | void>>;

/** How often each behavior occurs, in percent. */
export const shares: Readonly<Record<keyof typeof behaviors, number>> = {
  pays: 56,
  changesMind: 6,
  paysTwice: 8,
  paysLate: 8,
  paysAtTheLastMoment: 5,
  paysByAccount: 5,
  cancels: 8,
  leaves: 4,
};
