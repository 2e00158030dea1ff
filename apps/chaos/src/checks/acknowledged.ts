import { errorKinds } from '@commerce-core/core';
import type { RunningShop } from '../setup/shop.ts';
import type { Answer, Entry } from '../shop/call.ts';
import type { World } from '../shop/world.ts';
import type { State } from './state.ts';
import type { Finding } from './finding.ts';
import { present } from '../present.ts';

type ShipmentRow = { id: string; status: string; parcels: number };
type ParcelRow = { id: string; tracking: string; trackingNumber: string };
type ReturnRow = { id: string; orderId: string; status: string; lines: { lineNo: number; quantity: number }[] };

/** Reads the ids of refunds that returns and canceled units have requested. */
async function readRefundsElsewhere(database: RunningShop['database']): Promise<string[]> {
  const rows = await database.query<{ id: string }>(`
    select id::text as id from commerce.refunds where return_id is not null
    union select payload ->> 'refundId' from commerce.events where type = 'order.lines_canceled' and payload ->> 'refundId' is not null`);
  return rows.map(({ id }) => id);
}

type Rows = State & {
  lines: Map<string, { productId: string; quantity: number }[]>;
  shipments: Map<string, ShipmentRow>;
  parcels: Map<string, ParcelRow>;
  returns: Map<string, ReturnRow>;
};

const idOf = (answer: Answer<unknown>): string => (answer.ok ? (answer.value as { id: string }).id : '');

/** Checks that every acknowledged call is true in the database, and that every key created one row at most. */
export async function checkAcknowledged(
  { database }: RunningShop,
  { ledger }: World,
  state: State,
): Promise<Finding[]> {
  const [lines, shipments, parcels, returns] = await Promise.all([
    database.query<{ orderId: string; productId: string; quantity: number }>(
      `select order_id as "orderId", product_id as "productId", quantity from commerce.order_lines where kind = 'PRODUCT' order by order_id, line_no`,
    ),
    database.query<ShipmentRow>(
      'select id, status, (select count(*) from commerce.parcels p where p.shipment_id = s.id) as parcels from commerce.shipments s',
    ),
    database.query<ParcelRow>('select id, tracking, tracking_number as "trackingNumber" from commerce.parcels'),
    database.query<ReturnRow>(`
      select id, order_id as "orderId", status, (select jsonb_agg(jsonb_build_object('lineNo', line_no, 'quantity', requested_qty)
        order by line_no) from commerce.return_lines l where l.return_id = r.id) as lines from commerce.returns r`),
  ]);
  const rows: Rows = {
    ...state,
    lines: Map.groupBy(lines, ({ orderId }) => orderId),
    shipments: new Map(shipments.map((shipment) => [shipment.id, shipment])),
    parcels: new Map(parcels.map((parcel) => [parcel.id, parcel])),
    returns: new Map(returns.map((one) => [one.id, one])),
  };
  const entries = [...ledger.values()];
  const elsewhere = new Set(await readRefundsElsewhere(database));
  const wrong = entries.filter((entry) => entry.answer.ok && !isTrue(entry, rows));
  return [
    ...wrong.map(({ procedure, key, answer }) => ({
      check: 'acknowledged',
      what: `${procedure} "${key}" (${idOf(answer)}) was acknowledged and is not true`,
    })),
    ...countedOnce('order.create', entries, [...state.orders.keys()]),
    ...countedOnce('payment.create', entries, [...state.payments.keys()], ['payment_refused']),
    ...countedOnce(
      'shipment.dispatch',
      entries,
      shipments.filter(({ parcels: count }) => count > 0).map(({ id }) => id),
    ),
    ...countedOnce('return.request', entries, [...rows.returns.keys()]),
    ...countedOnce(
      'refund.create',
      entries,
      [...state.refundsOf.values()]
        .flat()
        // Refunds of returns and of canceled units are requested by calls of their own.
        .filter(({ id, reason }) => reason === 'requested' && !elsewhere.has(id))
        .map(({ id }) => id),
    ),
  ];
}

function isTrue({ procedure, input, answer }: Entry, rows: Rows): boolean {
  const { orders, payments, refundsOf, lines, shipments, returns } = rows;
  const asked = input as Record<string, any>;
  const id = idOf(answer);
  switch (procedure) {
    case 'order.create': {
      const inOrder = (lines.get(id) ?? []).map(({ productId, quantity }) => ({ productId, quantity }));
      return (
        orders.get(id)?.reference === asked['reference'] && JSON.stringify(inOrder) === JSON.stringify(asked['lines'])
      );
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
    case 'shipment.split':
    case 'shipment.merge':
    case 'shipment.dispatch':
    case 'shipment.markInTransit':
    case 'shipment.markReturned':
    case 'parcel.deliver':
    case 'parcel.correct':
      return isTrueOfShipments(procedure, id, asked, rows);
    case 'return.request':
      return (
        JSON.stringify(returns.get(id)?.lines.map(({ lineNo, quantity }) => ({ lineNo, quantity }))) ===
        JSON.stringify(asked['lines'])
      );
    case 'return.approve':
      return !['REQUESTED', 'DECLINED'].includes(present(returns.get(id)).status);
    case 'return.decline':
      return returns.get(id)?.status === 'DECLINED';
    case 'return.cancel':
      return returns.get(id)?.status === 'CANCELED';
    case 'return.close':
      return returns.get(id)?.status === 'CLOSED';
    case 'return.refund': {
      const { refundId } = (answer as { value: { refundId: string | null } }).value;
      return refundId === null || [...refundsOf.values()].flat().some((one) => one.id === refundId);
    }
    case 'shipment.deliver':
      return shipments.get(id)?.status === 'DELIVERED';
    case 'payment.confirm':
      // The gateway has reported something: at least that the payment is pending.
      return !['CREATED', 'FAILED'].includes(present(payments.get(id)).status);
    case 'payment.poll':
      return payments.has(asked['paymentId']);
    case 'product.create':
    case 'shippingOption.create':
    // The check of the units adds up what was canceled, received and replaced.
    case 'order.cancelLines':
    case 'return.receive':
    case 'return.replace':
    case 'stock.receive':
    // The check of the stock adds up what was received.
    case 'gatewayEvent.redrive':
      // A redriven message may be parked again. The check for pending work finds those that should not be.
      return true;
    default:
      // A procedure that chaos calls and this check does not know would be a gap in the check.
      return false;
  }
}

/** Whether a call about shipments and parcels is true. Shipments may have gone further since. */
function isTrueOfShipments(
  procedure: string,
  id: string,
  asked: Record<string, any>,
  { shipments, parcels }: Rows,
): boolean {
  switch (procedure) {
    case 'shipment.merge':
      return shipments.get(asked['shipmentId'])?.status === 'CANCELED';
    case 'shipment.dispatch':
      return shipments.get(id)?.parcels === (asked['parcels']?.length ?? 1);
    case 'shipment.markInTransit':
      return !['READY', 'CANCELED', 'SHIPPED'].includes(present(shipments.get(id)).status);
    case 'shipment.markReturned':
      return shipments.get(id)?.status === 'RETURNED';
    case 'parcel.deliver':
      return parcels.get(asked['parcelId'])?.tracking === 'DELIVERED';
    case 'parcel.correct':
      return parcels.get(asked['parcelId'])?.trackingNumber === asked['trackingNumber'];
    default:
      return shipments.has(id);
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
            what: `${procedure}: ${others.length} rows were created and not acknowledged, ${nameless} calls had no response: ${others.slice(0, 5).join(', ')}`,
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
