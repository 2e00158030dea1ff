import type { State } from '../checks/state.ts';
import type { RunningShop } from '../setup/shop.ts';
import type { Entry } from '../shop/call.ts';
import type { World } from '../shop/world.ts';
import { present } from '../present.ts';
import type { Count } from './count.ts';

/** SQL: the order has an event of this type from before the message was decided. */
const before = (type: string) => `exists (select from commerce.events e
  where e.aggregateid = p.order_id and e.type = '${type}' and e.created_at < g.decided_at)`;
const messages = 'select count(*) from commerce.gateway_events g';
const ofPayments = `${messages} join commerce.payments p on p.id = g.payment_id`;
const history = (where: string) => `select count(*) from commerce.events e where ${where}`;

/** The cases that the shop's tables show, each with a query that counts it. */
const queries: Record<string, string> = {
  'a message with a known id and other content: CONFLICT': `${messages} where outcome = 'CONFLICT'`,
  'a message about an unknown payment: retried, then PARKED': `${messages} where outcome = 'PARKED' and attempts > 1`,
  'a message that arrives too early: retried': `${messages}
    where attempts > 1 and outcome in ('APPLIED', 'IGNORED_STALE')`,
  'a failure after the approval: ignored': `${messages} where outcome = 'IGNORED_STALE' and effect = 'approved_before'`,
  'the same fact in a second message: ignored': `${messages} where outcome = 'IGNORED_STALE'
    and effect in ('already_approved', 'already_failed', 'already_refunded', 'already_noted', 'already_pending')`,
  'a message of an unknown kind: ignored': `${messages} where outcome = 'IGNORED_UNKNOWN'`,
  'an approval of another amount or currency: REVIEW': `${messages} where effect = 'payment_in_review'`,
  'an approval after a failure, stock available: PAID': `${ofPayments} where effect = 'order_paid' and exists (
    select from commerce.gateway_events f where f.payment_id = p.id and f.effect = 'payment_failed'
      and f.decided_at < g.decided_at)`,
  'a late approval after expiry, stock available: PAID': `${ofPayments}
    where effect = 'order_paid' and ${before('order.expired')}`,
  'a late approval, stock sold: refunded': `${ofPayments} where effect = 'surplus' and not ${before('order.canceled')}
    and not ${before('order.paid')}`,
  'an approval after cancellation: refunded': `${ofPayments} where effect = 'surplus' and ${before('order.canceled')}`,
  'two attempts approved: the second one refunded': `${ofPayments} where effect = 'surplus' and ${before('order.paid')}
    and not ${before('order.canceled')}`,
  "a refund in the gateway's dashboard: recorded": `${messages} where effect = 'refund_recorded'`,
  'an approval within 3 s of the expiry': `${ofPayments} where effect in ('order_paid', 'surplus') and exists (
    select from commerce.events e where e.aggregateid = p.order_id and e.type = 'payment.created'
      and e.payload->>'paymentId' = p.id::text
      and abs(extract(epoch from g.decided_at - (e.payload->>'reservedUntil')::timestamptz)) < 3)`,
  'a refund without a response: UNKNOWN, repeated': history("e.type = 'refund.unknown'"),
  'a call without a response: repeated': 'select count(*) from commerce.gateway_calls where attempts > 1',
  'a payment captured in part':
    'select count(*) from commerce.payments where 0 < captured_amount and captured_amount < authorized_amount',
  'a paid order canceled: refunded and restocked':
    "select count(distinct order_id) from commerce.refunds where reason = 'order_canceled'",
  'a refund by lines, restocked': 'select count(*) from commerce.refund_lines where restock',
  'a refund that failed': history("e.type = 'refund.failed'"),
  'a dispute': 'select count(*) from commerce.disputes',
};

/** Counts how often each case of the domain occurred. */
export async function countCases(
  { database, cutCommits }: RunningShop,
  { ledger }: World,
  { book, payments }: State,
): Promise<Count[]> {
  return [
    { what: 'a duplicate message: the first outcome', count: countDuplicates(book) },
    ...(await countInTables(database)),
    { what: 'an approval whose message was lost: found by polling', count: countLostApprovals(book, payments) },
    { what: 'a commit whose response was lost: its outcome looked up', count: cutCommits() },
    ...countAnswers([...ledger.values()]),
  ];
}

const countInTables = (database: RunningShop['database']): Promise<Count[]> =>
  Promise.all(
    Object.entries(queries).map(async ([what, text]) => ({
      what,
      count: present((await database.query<{ count: number }>(text))[0]).count,
    })),
  );

const countDuplicates = (book: State['book']): number =>
  [...book.values()]
    .flatMap(({ events }) => events)
    .flatMap(({ attempts }) => attempts)
    .filter(({ duplicate }) => duplicate).length;

const countLostApprovals = (book: State['book'], payments: State['payments']): number =>
  [...book.values()].filter(
    ({ paymentId, events }) =>
      (payments.get(paymentId)?.authorizedAmount ?? 0) > 0 &&
      events.some(({ type, state }) => (type === 'AUTHORIZED' || type === 'CAPTURED') && state === 'DROPPED'),
  ).length;

/** Counts the cases that show in the responses to calls of shoppers and operators. */
function countAnswers(entries: Entry[]): Count[] {
  const refused = (procedure: string, ...codes: string[]): number =>
    entries.filter(({ procedure: called, answer }) => called === procedure && !answer.ok && codes.includes(answer.code))
      .length;
  const decided = (decision: string): number =>
    entries.filter(
      ({ procedure, input, answer }) =>
        procedure === 'payment.decideReview' && answer.ok && (input as { decision: string }).decision === decision,
    ).length;
  return [
    { what: 'a review accepted', count: decided('ACCEPT') },
    { what: 'a review rejected', count: decided('REJECT') },
    { what: 'a further attempt while one is live: refused', count: refused('payment.create', 'payment_in_progress') },
    { what: 'not enough stock for an order: refused', count: refused('order.create', 'insufficient_stock') },
    {
      what: 'not enough stock for a further attempt: refused',
      count: refused('payment.create', 'insufficient_stock'),
      rare: true,
    },
    { what: 'a refund above the balance: refused', count: refused('refund.create', 'refund_exceeds_balance') },
    { what: 'a cancellation after a shipment: refused', count: countCancellationsAfterShipment(entries) },
  ];
}

function countCancellationsAfterShipment(entries: Entry[]): number {
  const shipped = new Set(
    entries.flatMap(({ procedure, answer }) =>
      procedure === 'shipment.dispatch' && answer.ok ? [(answer.value as { orderId: string }).orderId] : [],
    ),
  );
  return entries.filter(
    ({ procedure, input, answer }) =>
      procedure === 'order.cancel' && !answer.ok && shipped.has((input as { orderId: string }).orderId),
  ).length;
}
