import { styleText } from 'node:util';
import type { Client, RouterOutputs } from '@commerce-core/client';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { isGuestOrder } from '../guest-order.ts';
import { attentionHintsFor } from '../hints.ts';
import { readPages } from '../read-pages.ts';
import { formatMoney } from '../money.ts';
import { formatTime, print } from '../output.ts';
import type { Payment } from './payment.ts';
import { paymentMoneyOf, paymentStatusOf } from './payment.ts';
import { returnColumns, type Return } from './return.ts';
import type { Shipment } from './shipment.ts';
import { parcelColumns, parcelsOf, trackingOf, unitsOf } from './shipment.ts';
import type { Column, Screen } from '../table.ts';
import { renderRecord, renderTable, skuWhole } from '../table.ts';

type Order = RouterOutputs['order']['get'];
type Line = Order['lines'][number];
type Refund = RouterOutputs['refund']['list']['items'][number];
type Dispute = RouterOutputs['dispute']['list']['items'][number];
type Fact = RouterOutputs['order']['history']['items'][number];

export type WholeOrder = {
  order: Order;
  payments: Payment[];
  shipments: Shipment[];
  refunds: Refund[];
  returns: Return[];
  disputes: Dispute[];
  history: Fact[];
};

/** Reads an order and everything that belongs to it. */
export async function readOrder(client: Client, orderId: string): Promise<WholeOrder> {
  // The order is read first: for a missing order the other calls would only repeat the refusal.
  const order = await client.order.get.query({ orderId });
  const all = { limit: 0, all: true } as const;
  const [payments, shipments, refunds, returns, disputes, history] = await Promise.all([
    client.payment.list.query({ orderId }),
    client.shipment.list.query({ orderId }),
    readPages((range) => client.refund.list.query({ orderId, ...range }), all),
    readPages((range) => client.return.list.query({ orderId, ...range }), all),
    readPages((range) => client.dispute.list.query({ orderId, ...range }), all),
    readPages((range) => client.order.history.query({ orderId, ...range }), all),
  ]);
  return {
    order,
    payments: payments.items,
    shipments: shipments.items,
    refunds: refunds.items,
    returns: returns.items,
    disputes: disputes.items,
    history: history.items,
  };
}

export function renderOrder(
  { order, payments, shipments, refunds, returns, disputes, history }: WholeOrder,
  screen: Screen,
): string {
  const money = (amount: number) => formatMoney(amount, order.currency);
  const lines: Column<Line>[] = [
    { head: '#', value: ({ lineNo }) => String(lineNo), align: 'right' },
    { head: 'SKU', value: ({ sku, kind }) => sku ?? kind, wraps: skuWhole },
    { head: 'NAME', value: ({ name }) => name, wraps: true },
    { head: 'UNITS', value: ({ quantity }) => String(quantity), align: 'right' },
    ...(order.lines.some(({ canceledQty }) => canceledQty > 0) ? [canceledColumn] : []),
    { head: 'EACH', value: ({ unitAmount }) => money(unitAmount), align: 'right' },
    { head: 'AMOUNT', value: ({ amount }) => money(amount), align: 'right' },
    ...(order.lines.some(isShared) ? shareColumns(money) : []),
  ];
  return [
    renderOrderHead(order, screen, payments),
    section('Lines', order.lines, lines, screen),
    section('Payments', payments, paymentColumns, screen),
    section('Shipments', shipments, shipmentColumns, screen),
    section('Parcels', parcelsOf(shipments), parcelColumns, screen),
    section('Returns', returns, returnColumns, screen),
    section('Refunds', refunds, refundColumns, screen),
    section('Disputes', disputes, disputeColumns, screen),
    section('History', history, historyColumns, screen),
    notesOf(history, screen),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Prints the order itself, as it is after a command. */
export function printOrder(context: CommandContext, order: Omit<Order, 'lines'>, options: JsonOption): void {
  print(context, order, options, (screen) => renderOrderHead(order, screen));
}

/** Renders the order itself, with a line for each thing to do. `payments` are only named there. */
export function renderOrderHead(
  order: Omit<Order, 'lines'>,
  screen: Screen,
  payments: readonly Payment[] = [],
): string {
  const { contact, shippingAddress: to } = order;
  const address = to && [to.name, to.line1, to.line2, to.city, to.region, to.postalCode, to.country];
  return renderRecord(
    [
      ['order', order.number],
      ['id', order.id],
      ['status', order.status],
      ['fulfillment', order.fulfillmentStatus],
      ['stock', order.reservationStatus],
      ['reserved until', order.reservationStatus === 'HELD' ? formatTime(order.reservedUntil) : null],
      ['attention', order.attentionReasons?.join(', ') ?? null],
      ...attentionHintsFor(order, payments).map((hint) => ['to do', hint] as const),
      ['total', formatMoney(order.totalAmount, order.currency)],
      ['customer', isGuestOrder(order) ? 'a guest, without an account' : order.customerId],
      ['contact', [contact?.name, contact?.email, contact?.phone].filter(Boolean).join(', ')],
      ['ship to', address?.filter(Boolean).join(', ') ?? null],
      ['reference', order.reference],
      ['metadata', order.metadata && JSON.stringify(order.metadata)],
      ['created', formatTime(order.createdAt)],
    ],
    screen,
  );
}

const canceledColumn: Column<Line> = {
  head: 'CANCELED',
  value: ({ canceledQty }) => (canceledQty > 0 ? String(canceledQty) : ''),
  align: 'right',
};

const isShared = ({ kind }: Line): boolean => kind === 'DISCOUNT' || kind === 'TAX';

/** The shares of discounts and taxes, and what a line costs with them; nothing for the lines that are shared. */
const shareColumns = (money: (amount: number) => string): Column<Line>[] => [
  {
    head: 'DISCOUNT',
    value: (line) => (isShared(line) ? '' : money(line.discountAmount)),
    align: 'right',
    ifRoom: true,
  },
  { head: 'TAX', value: (line) => (isShared(line) ? '' : money(line.taxAmount)), align: 'right', ifRoom: true },
  { head: 'PAID', value: (line) => (isShared(line) ? '' : money(line.paidAmount)), align: 'right' },
];

const paymentColumns: Column<Payment>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'PROVIDER', value: ({ provider }) => provider, wraps: true },
  { head: 'STATUS', value: paymentStatusOf, wraps: true },
  { head: 'MONEY', value: paymentMoneyOf, wraps: true },
];

const shipmentColumns: Column<Shipment>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'STATUS', value: ({ status }) => status },
  { head: 'UNITS', value: unitsOf, align: 'right' },
  { head: 'TRACKING', value: trackingOf, wraps: true },
];

const refundColumns: Column<Refund>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'STATUS', value: ({ status, failureCode }) => [status, failureCode].filter(Boolean).join(' '), wraps: true },
  { head: 'REASON', value: ({ reason }) => reason, wraps: true },
  { head: 'AMOUNT', value: ({ amount, currency }) => formatMoney(amount, currency), align: 'right' },
];

const disputeColumns: Column<Dispute>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'STATUS', value: ({ status }) => status },
  { head: "GATEWAY'S ID", value: ({ gatewayDisputeId }) => gatewayDisputeId, wraps: true },
  { head: 'AMOUNT', value: ({ amount, currency }) => formatMoney(amount, currency), align: 'right' },
];

const historyColumns: Column<Fact>[] = [
  { head: '#', value: ({ version }) => String(version), align: 'right' },
  { head: 'TIME', value: ({ createdAt }) => formatTime(createdAt) },
  { head: 'WHAT', value: ({ type }) => type, wraps: true },
  { head: 'BY', value: ({ actor }) => actor?.name ?? actor?.kind ?? '', wraps: true },
];

/** The notes with their number in the history. */
function notesOf(history: readonly Fact[], screen: Screen): string {
  const notes = history.filter(({ type }) => type === 'order.noted');
  const columns: Column<Fact>[] = [
    { head: '#', value: ({ version }) => String(version), align: 'right' },
    { head: 'NOTE', value: ({ note }) => note ?? '(erased)', wraps: true },
  ];
  return section('Notes', notes, columns, screen);
}

function section<T>(title: string, rows: readonly T[], columns: readonly Column<T>[], screen: Screen): string {
  if (rows.length === 0) return '';
  return `${styleText('underline', title, { stream: screen.stream })}\n${renderTable(rows, columns, screen)}`;
}
