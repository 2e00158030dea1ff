import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Demand, Stock } from '../inventory/stock.ts';
import { lockStocksOfOrders, lockStocksOfPayments } from '../inventory/stock-repository.ts';
import { sumByProduct, type Order, type OrderLine } from '../order/order.ts';
import { lockOrdersOfPayments, loadOrderLines, loadOrderLinesOfPayments } from '../order/order-repository.ts';
import type { Dispute } from '../dispute/dispute.ts';
import { loadDisputes, loadDisputesOfPaymentOrders } from '../dispute/dispute-repository.ts';
import type { Payment } from '../payment/payment.ts';
import { lockPaymentsOfPaymentOrders, lockPaymentsOfOrders } from '../payment/payment-repository.ts';
import { isOpen, type Refund, type RefundLine } from '../refund/refund.ts';
import { lockRefundsOfPaymentOrders, lockRefundsOfOrders, loadRefundLines } from '../refund/refund-repository.ts';
import type { Shipment, ShipmentLine } from '../shipping/shipment.ts';
import { lockShipmentsOfOrders, loadShipmentLines } from '../shipping/shipment-repository.ts';

/** One locked order with what belongs to it, while a flow decides about it. */
export type LockedOrder = {
  order: Order;
  lines: OrderLine[];
  payments: Payment[];
  /** With `money` alone, else empty. */
  refunds: Refund[];
  /** With `refundLines` alone. */
  refundLines: RefundLine[];
  /** With `money` alone. */
  disputes: Dispute[];
  /** With `shipments` alone. */
  shipments: Shipment[];
  shipmentLines: ShipmentLine[];
};

/** What is locked beside orders and payments. */
export type Also = { money?: boolean; refundLines?: boolean; shipments?: boolean; stocks?: boolean };

export type LockedOrders = { units: Map<string, LockedOrder>; stocks: Map<string, Stock> };

/** Units per product that an order reserves or takes. */
export const demandOf = (unit: LockedOrder): Demand =>
  sumByProduct(unit.lines.flatMap(({ productId, quantity }) => (productId ? [{ productId, quantity }] : [])));

/** Units per product of a paid order that no parcel has left with, and no refund has put back on sale. */
export const unshippedOf = ({ lines, shipments, shipmentLines }: LockedOrder): Demand => {
  const ready = new Set(shipments.filter(({ status }) => status === 'READY').map(({ id }) => id));
  const productOf = new Map(lines.map(({ lineNo, productId }) => [lineNo, productId]));
  return sumByProduct(
    shipmentLines
      .filter(({ shipmentId }) => ready.has(shipmentId))
      .map(({ lineNo, quantity }) => ({ productId: productOf.get(lineNo)!, quantity })),
  );
};

/** The refund that is to undo a payment in whole, while it is on its way. */
export const openVoidOf = (unit: LockedOrder, { id }: Payment): Refund | undefined =>
  unit.refunds.find((refund) => refund.paymentId === id && refund.kind === 'VOID' && isOpen(refund));

/** The refund that is to undo a payment of which nothing was captured: the one on its way, or one that was refused. */
export function unfinishedVoidOf(unit: LockedOrder, payment: Payment): Refund | undefined {
  if (payment.capturedAmount > 0) return undefined;
  const standing = standingVoidOf(unit, payment);
  if (standing) return isOpen(standing) ? standing : undefined;
  return unit.refunds.find((refund) => refund.paymentId === payment.id && refund.kind === 'VOID');
}

/** The refund that undoes a payment, or has undone it: at most one, beside those that were refused. */
export const standingVoidOf = (unit: LockedOrder, { id }: Payment): Refund | undefined =>
  unit.refunds.find((refund) => refund.paymentId === id && refund.kind === 'VOID' && refund.status !== 'FAILED');

/** Locks what belongs to orders whose own locks were asked for already, class by class, in one round trip. */
export async function lockUnits(
  tx: Transaction,
  ids: readonly string[],
  locked: Promise<Order[]>,
  also: Also,
): Promise<LockedOrders> {
  const [orders, payments, refunds, shipments, stocks, lines, refundLines, disputes, shipmentLines] = await Promise.all(
    [
      locked,
      lockPaymentsOfOrders(tx, ids),
      also.money ? lockRefundsOfOrders(tx, ids) : [],
      also.shipments ? lockShipmentsOfOrders(tx, ids) : [],
      also.stocks ? lockStocksOfOrders(tx, ids) : new Map<string, Stock>(),
      loadOrderLines(tx, ids),
      also.refundLines ? loadRefundLines(tx, ids) : [],
      also.money ? loadDisputes(tx, ids) : [],
      also.shipments ? loadShipmentLines(tx, ids) : [],
    ],
  );
  return {
    stocks,
    units: unitsOf(orders, { lines, payments, refunds, refundLines, disputes, shipments, shipmentLines }),
  };
}

/** Locks the orders that payments are for, with their payments and stock, in one round trip. Unknown payments get no unit. */
export async function lockUnitsOfPayments(
  tx: Transaction,
  paymentIds: readonly string[],
  also: Pick<Also, 'money'>,
): Promise<LockedOrders> {
  const [orders, payments, refunds, stocks, lines, disputes] = await Promise.all([
    lockOrdersOfPayments(tx, paymentIds),
    lockPaymentsOfPaymentOrders(tx, paymentIds),
    also.money ? lockRefundsOfPaymentOrders(tx, paymentIds) : [],
    lockStocksOfPayments(tx, paymentIds),
    loadOrderLinesOfPayments(tx, paymentIds),
    also.money ? loadDisputesOfPaymentOrders(tx, paymentIds) : [],
  ]);
  return { stocks, units: unitsOf(orders, { lines, payments, refunds, disputes }) };
}

type Parts = Omit<LockedOrder, 'order'>;
const partNames = ['lines', 'payments', 'refunds', 'refundLines', 'disputes', 'shipments', 'shipmentLines'] as const;

/** An order with nothing but what is given. */
export const newUnit = (order: Order, parts: Partial<Parts>): LockedOrder => ({
  lines: [],
  payments: [],
  refunds: [],
  refundLines: [],
  disputes: [],
  shipments: [],
  shipmentLines: [],
  ...parts,
  order,
});

function unitsOf(orders: readonly Order[], parts: Partial<Parts>): Map<string, LockedOrder> {
  const units = new Map(orders.map((order) => [order.id, newUnit(order, {})]));
  for (const name of partNames) {
    for (const part of parts[name] ?? []) (units.get(part.orderId)?.[name] as object[] | undefined)?.push(part);
  }
  return units;
}
