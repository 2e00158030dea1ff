import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Product } from '../catalog/product.ts';
import { updateProducts } from '../catalog/product-repository.ts';
import type { Credit, CreditPart } from '../credit/credit.ts';
import {
  endCreditReservations,
  insertCreditParts,
  insertCredits,
  loadCreditParts,
  loadCredits,
  updateCreditParts,
  updateCredits,
  type CreditEnd,
} from '../credit/credit-repository.ts';
import type { OrderNames } from '../database/named-orders.ts';
import type { Dispute } from '../dispute/dispute.ts';
import { insertDisputes, loadDisputes, updateDisputes } from '../dispute/dispute-repository.ts';
import type { Event } from '../events/event.ts';
import { insertEvents } from '../events/event-repository.ts';
import type { Stock } from '../inventory/stock.ts';
import { insertStockMovements, updateStocks, type StockMovement } from '../inventory/stock-repository.ts';
import {
  insertFirstGatewayEvents,
  updateGatewayEvents,
  type NewInboxRow,
} from '../gateway-inbox/gateway-event-repository.ts';
import type { Order, OrderLine } from '../order/order.ts';
import {
  insertOrderLines,
  insertOrders,
  loadOrderLines,
  updateOrderLines,
  updateOrders,
} from '../order/order-repository.ts';
import type { Payment } from '../payment/payment.ts';
import { insertPayments, lockPaymentsOfOrders, updatePayments } from '../payment/payment-repository.ts';
import type { Refund, RefundLine } from '../refund/refund.ts';
import type { Return, ReturnLine } from '../returns/return.ts';
import {
  insertReturnLines,
  insertReturns,
  loadReturnLines,
  loadReturns,
  updateReturnLines,
  updateReturns,
} from '../returns/return-repository.ts';
import {
  insertRefundLines,
  insertRefunds,
  loadRefundLines,
  lockRefundsOfOrders,
  updateRefunds,
} from '../refund/refund-repository.ts';
import { insertParcels, loadParcels, updateParcels } from '../shipping/parcel-repository.ts';
import type { TrackingEvent } from '../shipping/checkpoint.ts';
import type { Parcel } from '../shipping/parcel.ts';
import type { Shipment, ShipmentLine } from '../shipping/shipment.ts';
import {
  insertShipmentLines,
  insertShipments,
  loadShipmentLines,
  lockShipmentsOfOrders,
  updateShipmentLines,
  updateShipments,
} from '../shipping/shipment-repository.ts';
import { insertTrackingEvents } from '../shipping/tracking-event-repository.ts';

/** A table whose rows a transaction collects and writes with one statement. */
export type Table<R> = {
  /** Missing where a unit of work adds no rows. */
  insert?: (tx: Transaction, rows: readonly R[]) => void;
  /** Missing where rows never change. */
  change?: { key: (row: R) => string; update: (tx: Transaction, rows: readonly R[]) => void };
};

type Read<R> = (tx: Transaction, named: OrderNames) => Promise<R[]>;

/** A table whose rows belong to one order each, and how they are read when that order is locked. */
export type PartTable<R> = Table<R> & {
  /** Whether `ofOrders` locks the rows that it reads. */
  locks: boolean;
  /** The request that includes these rows; without one they are always read. */
  only?: 'money' | 'refundLines' | 'shipments' | 'parcels' | 'credits';
  ofOrders: Read<R>;
};

type Rows = {
  orders: Order;
  lines: OrderLine;
  payments: Payment;
  refunds: Refund;
  refundLines: RefundLine;
  disputes: Dispute;
  credits: Credit;
  creditParts: CreditPart;
  creditEnds: CreditEnd;
  returns: Return;
  returnLines: ReturnLine;
  shipments: Shipment;
  shipmentLines: ShipmentLine;
  parcels: Parcel;
  trackingEvents: TrackingEvent;
  products: Product;
  stocks: Stock;
  stockMovements: StockMovement;
  events: Event;
  gatewayEvents: NewInboxRow;
};
export type TableName = keyof Rows;
export type RowOf<N extends TableName> = Rows[N];

/** A table whose rows belong to one order each, by the name of the order's property. */
export type PartName = Exclude<
  TableName,
  'orders' | 'creditEnds' | 'trackingEvents' | 'products' | 'stocks' | 'stockMovements' | 'events' | 'gatewayEvents'
>;

const byId = ({ id }: { id: string }): string => id;

/** The tables of an order's parts, in the order in which they are locked, read and written. */
export const partTables: { [N in PartName]: PartTable<RowOf<N>> } = {
  lines: {
    insert: insertOrderLines,
    change: { key: ({ orderId, lineNo }) => `${orderId} ${lineNo}`, update: updateOrderLines },
    locks: false,
    ofOrders: loadOrderLines,
  },
  payments: {
    insert: insertPayments,
    change: { key: byId, update: updatePayments },
    locks: true,
    ofOrders: lockPaymentsOfOrders,
  },
  // An order's fulfillment status depends on its returns, so they are read with its shipments.
  returns: {
    insert: insertReturns,
    change: { key: byId, update: updateReturns },
    locks: false,
    only: 'shipments',
    ofOrders: loadReturns,
  },
  returnLines: {
    insert: insertReturnLines,
    change: { key: ({ returnId, lineNo }) => `${returnId} ${lineNo}`, update: updateReturnLines },
    locks: false,
    only: 'shipments',
    ofOrders: loadReturnLines,
  },
  refunds: {
    insert: insertRefunds,
    change: { key: byId, update: updateRefunds },
    locks: true,
    only: 'money',
    ofOrders: lockRefundsOfOrders,
  },
  refundLines: {
    insert: insertRefundLines,
    locks: false,
    only: 'refundLines',
    ofOrders: loadRefundLines,
  },
  disputes: {
    insert: insertDisputes,
    change: { key: byId, update: updateDisputes },
    locks: false,
    only: 'money',
    ofOrders: loadDisputes,
  },
  credits: {
    insert: insertCredits,
    change: { key: ({ orderId }) => orderId, update: updateCredits },
    locks: false,
    only: 'credits',
    ofOrders: loadCredits,
  },
  creditParts: {
    insert: insertCreditParts,
    change: { key: ({ orderId, paymentId }) => `${orderId} ${paymentId}`, update: updateCreditParts },
    locks: false,
    only: 'credits',
    ofOrders: loadCreditParts,
  },
  shipments: {
    insert: insertShipments,
    change: { key: byId, update: updateShipments },
    locks: true,
    only: 'shipments',
    ofOrders: lockShipmentsOfOrders,
  },
  shipmentLines: {
    insert: insertShipmentLines,
    change: { key: ({ shipmentId, lineNo }) => `${shipmentId} ${lineNo}`, update: updateShipmentLines },
    locks: false,
    only: 'shipments',
    ofOrders: loadShipmentLines,
  },
  parcels: {
    insert: insertParcels,
    change: { key: byId, update: updateParcels },
    locks: false,
    only: 'parcels',
    ofOrders: loadParcels,
  },
};

/** Every table that a unit of work writes, in the order in which it writes them, calls to gateways apart. */
export const tables: { [N in TableName]: Table<RowOf<N>> } = {
  orders: { insert: insertOrders, change: { key: byId, update: updateOrders } },
  ...partTables,
  // Behind the credits, because a credit may be added and spent by one transaction.
  creditEnds: { insert: endCreditReservations },
  trackingEvents: { insert: insertTrackingEvents },
  products: { change: { key: byId, update: updateProducts } },
  stocks: { change: { key: ({ productId }) => productId, update: updateStocks } },
  stockMovements: { insert: insertStockMovements },
  events: { insert: insertEvents },
  gatewayEvents: { insert: insertFirstGatewayEvents, change: { key: byId, update: updateGatewayEvents } },
};

// Object.keys returns string[]; these two objects have exactly the keys of their types.
export const partNames = Object.keys(partTables) as PartName[];
export const tableNames = Object.keys(tables) as TableName[];
