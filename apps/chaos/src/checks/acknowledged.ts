import { errorKinds } from '@commerce-core/core';
import type { ShopDatabase } from '../setup/database.ts';
import type { RunningShop } from '../setup/shop.ts';
import type { Answer, Entry } from '../shop/call.ts';
import type { World } from '../shop/world.ts';
import { isFulfilled, readFulfillment, type Fulfillment } from './fulfillment.ts';
import type { State } from './state.ts';
import type { Finding } from './finding.ts';
import { present } from '../present.ts';

type Rows = State & Fulfillment & { lines: Map<string, { productId: string; quantity: number }[]> };

/** The id of what a call created or changed. A refund of a return has none where it lowered a capture. */
function idOf(answer: Answer<unknown>): string {
  if (!answer.ok) return '';
  const { id, refundId } = answer.value as { id?: string; refundId?: string | null };
  return id ?? refundId ?? '';
}

const hasRow = ({ answer }: Entry): boolean => !answer.ok || idOf(answer) !== '';

async function readRows(database: ShopDatabase, state: State): Promise<Rows> {
  const [lines, fulfillment] = await Promise.all([
    database.query<{ orderId: string; productId: string; quantity: number }>(
      `select order_id as "orderId", product_id as "productId", quantity from commerce.order_lines
       where kind = 'PRODUCT' order by order_id, line_no`,
    ),
    readFulfillment(database),
  ]);
  return { ...state, ...fulfillment, lines: Map.groupBy(lines, ({ orderId }) => orderId) };
}

/** Checks that every acknowledged call is true in the database, and that every key created one row at most. */
export async function checkAcknowledged(
  { database }: RunningShop,
  { ledger }: World,
  state: State,
): Promise<Finding[]> {
  const rows = await readRows(database, state);
  const entries = [...ledger.values()];
  const wrong = entries.filter((entry) => entry.answer.ok && !isTrue(entry, rows));
  return [
    ...wrong.map(({ procedure, key, answer }) => ({
      check: 'acknowledged',
      what: `${procedure} "${key}" (${idOf(answer)}) was acknowledged and is not true`,
    })),
    ...checkKeys(entries, rows),
  ];
}

/** Checks each procedure that creates rows against all rows of their kind. */
function checkKeys(entries: readonly Entry[], rows: Rows): Finding[] {
  const { orders, payments, refundsOf, shipments, returns, returnRefunds, exchangeOrders } = rows;
  // They are requested by calls of their own.
  const otherRefunds = new Set([...returnRefunds, ...rows.otherRefunds]);
  const exchanged = new Set(exchangeOrders);
  const placed = [...orders.keys()].filter((id) => !exchanged.has(id));
  // An exchange pays for an order that costs nothing more by itself, without an attempt.
  const attempts = [...payments.values()].filter(
    ({ orderId, provider }) => !(exchanged.has(orderId) && provider === 'none'),
  );
  const dispatched = [...shipments.values()].filter(({ trackingNumbers }) => trackingNumbers.length > 0);
  const refunds = [...refundsOf.values()]
    .flat()
    .filter(({ id, reason }) => reason === 'requested' && !otherRefunds.has(id));
  const idsOf = (these: readonly { id: string }[]) => these.map(({ id }) => id);
  return [
    ...countedOnce('order.create', entries, placed),
    ...countedOnce('return.exchange', entries, [...exchanged]),
    ...countedOnce('payment.create', entries, idsOf(attempts), ['payment_refused']),
    ...countedOnce('shipment.dispatch', entries, idsOf(dispatched)),
    ...countedOnce('return.request', entries, [...returns.keys()]),
    ...countedOnce('return.refund', entries.filter(hasRow), returnRefunds),
    ...countedOnce('refund.create', entries, idsOf(refunds)),
  ];
}

function isTrue({ procedure, input, answer }: Entry, rows: Rows): boolean {
  const { orders, payments, refundsOf, lines } = rows;
  const asked = input as Record<string, any>;
  const id = idOf(answer);
  switch (procedure) {
    case 'order.create': {
      const inOrder = (lines.get(id) ?? []).map(({ productId, quantity }) => ({ productId, quantity }));
      return (
        orders.get(id)?.reference === asked['reference'] && JSON.stringify(inOrder) === JSON.stringify(asked['lines'])
      );
    }
    case 'return.exchange': {
      const inOrder = (lines.get(id) ?? []).map(({ productId, quantity }) => ({ productId, quantity }));
      return JSON.stringify(inOrder) === JSON.stringify(asked['order'].lines);
    }
    case 'order.cancel':
      return orders.get(id)?.status === 'CANCELED';
    case 'payment.create':
      return payments.get(id)?.orderId === asked['orderId'] && payments.get(id)?.provider === asked['provider'];
    case 'payment.capture': {
      const { capturedAmount, status, authorizedAmount } = present(payments.get(id), 'payment');
      return capturedAmount === (asked['amount'] ?? authorizedAmount) || status === 'CANCELED';
    }
    case 'payment.decideReview':
      return asked['decision'] === 'ACCEPT'
        ? present(payments.get(id)).authorizedAmount > 0
        : present(payments.get(id)).surplus;
    case 'refund.create': {
      const refund = [...refundsOf.values()].flat().find((one) => one.id === id);
      return (
        refund?.orderId === asked['orderId'] && (asked['amount'] === undefined || refund?.amount === asked['amount'])
      );
    }
    case 'payment.confirm':
      // The gateway has reported something: at least that the payment is pending.
      return !['CREATED', 'FAILED'].includes(present(payments.get(id)).status);
    case 'payment.poll':
      return payments.has(asked['paymentId']);
    case 'product.create':
    case 'shippingOption.create':
    case 'stock.receive':
    // The check of the stock adds up what was received.
    case 'gatewayEvent.redrive':
      // A redriven message may be parked again. The check for pending work finds those that should not be.
      return true;
    default:
      // A procedure that chaos calls and this check does not know would be a gap in the check.
      return isFulfilled({ procedure, id, asked }, rows) ?? false;
  }
}

/** Finds keys that created several rows, and rows that no call created. `made` are refusals that create a row too. */
function countedOnce(
  procedure: string,
  entries: readonly Entry[],
  rowIds: readonly string[],
  made: readonly string[] = [],
): Finding[] {
  const asked = entries.filter((entry) => entry.procedure === procedure);
  const ids = new Set(asked.flatMap(({ answer }) => (answer.ok ? [idOf(answer)] : [])));
  const nameless = asked.filter(
    ({ answer }) => !answer.ok && (answer.code === 'no_answer' || made.includes(answer.code)),
  ).length;
  const others = rowIds.filter((id) => !ids.has(id));
  const answered = asked.filter(({ answer }) => answer.ok).length;
  return [
    ...(ids.size === answered
      ? []
      : [{ check: 'keys', what: `${procedure}: ${answered} keys returned ${ids.size} ids` }]),
    ...(others.length <= nameless
      ? []
      : [
          {
            check: 'keys',
            what:
              `${procedure}: ${others.length} rows were created and not acknowledged, ${nameless} ` +
              `calls had no response: ${others.slice(0, 5).join(', ')}`,
          },
        ]),
  ];
}

const replaysAtOnce = 16;

/** Repeats every call with its key, and checks that it returns the first answer. */
export async function checkReplays({ ledger }: World): Promise<Finding[]> {
  const findings: Finding[] = [];
  // A poll has no key. Invalid calls are not stored, so they may get another answer.
  const isKept = ({ procedure, answer }: Entry) =>
    procedure !== 'payment.poll' &&
    (answer.ok || (answer.code !== 'no_answer' && ['conflict', 'missing'].includes(errorKinds[answer.code])));
  const unanswered = [...ledger.values()].filter(({ answer }) => !answer.ok && answer.code === 'no_answer');
  const entries = [...ledger.values()].filter(isKept).values();
  await Promise.all(
    Array.from({ length: replaysAtOnce }, async () => {
      // All workers share one iterator, so each call is repeated once.
      for (const { procedure, key, answer, again } of entries) {
        const repeated = await again();
        const resultOf = (one: Answer<unknown>) => (one.ok ? idOf(one) : one.code);
        if (resultOf(repeated) === resultOf(answer)) continue;
        findings.push({
          check: 'keys',
          what: `${procedure} "${key}" returned ${resultOf(answer)}, and its repetition ${resultOf(repeated)}`,
        });
      }
    }),
  );
  for (const { procedure, key, again } of unanswered) {
    const answer = await again();
    if (!answer.ok && answer.code === 'no_answer')
      findings.push({ check: 'keys', what: `${procedure} "${key}" still gets no response` });
  }
  return findings;
}
