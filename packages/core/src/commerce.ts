import * as access from './access/api-key-input.ts';
import { listApiKeysInput } from './access/api-key-list-input.ts';
import { findApiKey, insertApiKey, listApiKeys, revokeApiKey, touchApiKey } from './access/api-key-repository.ts';
import { hashApiKey, newApiKey, type ApiKey } from './access/api-key.ts';
import * as catalog from './catalog/product-input.ts';
import { listProductsInput } from './catalog/product-list-input.ts';
import type { Database } from './database/connect.ts';
import { pageOf } from './database/page.ts';
import { guarded } from './database/reachable.ts';
import { withTransaction, type Transaction } from './database/transaction.ts';
import { runDoctor } from './doctor/run-doctor.ts';
import { CommerceError, unwrap, type Outcome } from './errors.ts';
import { retryGatewayEvents } from './flows/apply-gateway-events.ts';
import { cancelOrders } from './flows/cancel-orders.ts';
import { changeProducts, type ChangeProductCommand } from './flows/change-products.ts';
import { changeStock, type ChangeStockCommand } from './flows/change-stock.ts';
import { clearAttention } from './flows/clear-attention.ts';
import { createPayments } from './flows/create-payments.ts';
import { createProducts } from './flows/create-products.ts';
import { expireOrders } from './flows/expire-orders.ts';
import { moveShipments, type MoveShipmentCommand } from './flows/move-shipments.ts';
import { placeOrders, type PlaceOrderCommand } from './flows/place-orders.ts';
import { readHistory, readOrder, readOrderPage, readPayments, readShipments, type OrderRef } from './flows/read-orders.ts';
import { readProduct, readProductPage } from './flows/read-products.ts';
import { readStock, readStockMovements, stockView } from './flows/read-stock.ts';
import { receiveGatewayEvents, type ReceivedGatewayEvent } from './flows/receive-gateway-events.ts';
import { recordEventConflicts } from './flows/record-event-conflicts.ts';
import type { Gateway, WebhookMessage } from './gateways/gateway.ts';
import { newId } from './ids.ts';
import * as inventory from './inventory/stock-input.ts';
import { listStockMovementsInput } from './inventory/stock-list-input.ts';
import { runLoops, type LoopReport } from './loops/run-loops.ts';
import { customerId, placeOrderInput } from './order/order-input.ts';
import { listOrdersInput, orderHistoryInput, orderIdInput } from './order/order-list-input.ts';
import { anyOrderExists } from './order/order-repository.ts';
import type { Quote } from './order/order.ts';
import { listGatewayEvents } from './payment/gateway-event-repository.ts';
import { createPaymentInput } from './payment/payment-input.ts';
import { listGatewayEventsInput, listRefundsInput } from './payment/payment-list-input.ts';
import { anyPaymentExists } from './payment/payment-repository.ts';
import { listRefunds } from './payment/refund-repository.ts';
import * as shipping from './shipping/shipment-input.ts';
import { parse } from './validation.ts';
import type { z } from 'zod';

export type CommerceOptions = {
  database: Database;
  /** The payment gateways that are configured; a provider that isn't answers provider_not_configured. */
  gateways?: readonly Gateway[];
  /** How long an order keeps its stock without being paid; 30 minutes unless said. */
  holdMs?: number;
  /** Adds shipping, discounts and tax to an order. */
  quote?: Quote;
};

/** Whose orders a caller may touch: one customer's, or with undefined any. */
type Scope = { customerId?: string | undefined };

/**
 * The order → payment → shipping core, one method per use case. Inputs are checked here, whoever calls; amounts are
 * integer minor units, quantities units. Refusals are thrown as CommerceError; see errors.ts for the codes.
 */
export function createCommerce({ database, gateways = [], holdMs = 30 * 60_000, quote }: CommerceOptions) {
  const { db } = database;
  const byProvider = new Map(gateways.map((gateway) => [gateway.provider, gateway]));
  const orderPolicy = { holdMs, quote };

  const runOne = async <C, T>(flow: (tx: Transaction, commands: C[]) => Promise<Outcome<T>[]>, command: C): Promise<T> =>
    unwrap((await withTransaction(database, (tx) => flow(tx, [command])))[0]);
  const changeProduct = async (command: ChangeProductCommand) => runOne(changeProducts, command);
  const moveShipment = async (command: MoveShipmentCommand) => runOne(moveShipments, command);
  const moveStock = async (command: ChangeStockCommand) => stockView(await runOne(changeStock, command));
  const read = async <T>(query: () => Promise<T>) => guarded(query);
  const placeCommand = ({ customerId: customer, ...input }: PlaceOrderInput): PlaceOrderCommand =>
    ({ id: newId(), customerId: parse(customerId, customer), ...parse(placeOrderInput, input) });

  function gatewayOf(provider: string): Gateway {
    const gateway = byProvider.get(provider);
    if (gateway) return gateway;
    throw new CommerceError('provider_not_configured', 'this payment provider is not configured here');
  }

  return {
    /** Runs `work` in a transaction with retries; what is written through `tx.db` commits together with the flows' `…In`. */
    transaction: async <T>(work: (tx: Transaction) => Promise<T>) => withTransaction(database, async (tx) => { await tx.began; return work(tx); }),
    /** The names of the gateways that are configured. */
    providers: () => [...byProvider.keys()],

    createProduct: async (input: z.input<typeof catalog.createProductInput>) =>
      runOne(createProducts, { id: newId(), ...parse(catalog.createProductInput, input) }),
    renameProduct: async (input: z.input<typeof catalog.renameProductInput>) =>
      changeProduct({ change: 'rename', ...parse(catalog.renameProductInput, input) }),
    repriceProduct: async (input: z.input<typeof catalog.repriceProductInput>) =>
      changeProduct({ change: 'reprice', ...parse(catalog.repriceProductInput, input) }),
    archiveProduct: async (input: z.input<typeof catalog.productIdInput>) =>
      changeProduct({ change: 'archive', ...parse(catalog.productIdInput, input) }),
    getProduct: async (input: { productId: string; includeArchived?: boolean }) => read(() => readProduct(db, input)),
    listProducts: async (input: z.input<typeof listProductsInput> = {}) => read(() => readProductPage(db, parse(listProductsInput, input))),

    receiveStock: async (input: z.input<typeof inventory.receiveStockInput>) =>
      moveStock({ change: 'receive', id: newId(), ...parse(inventory.receiveStockInput, input) }),
    setStock: async (input: z.input<typeof inventory.setStockInput>) =>
      moveStock({ change: 'set', id: newId(), ...parse(inventory.setStockInput, input) }),
    getStock: async (input: { productId: string }) => read(() => readStock(db, parse(catalog.productIdInput, input).productId)),
    listStockMovements: async (input: z.input<typeof listStockMovementsInput>) =>
      read(() => readStockMovements(db, parse(listStockMovementsInput, input))),

    async placeOrder(input: PlaceOrderInput) {
      const command = placeCommand(input);
      const place = async (tx: Transaction) => placeOrders(tx, [command], orderPolicy);
      const landed = async () => anyOrderExists(db, [command.id]);
      return unwrap((await withTransaction(database, place, { landed }))[0]);
    },
    /** `placeOrder` for many, inside the caller's own transaction: one outcome each, all or none of it committed. */
    placeOrdersIn: async (tx: Transaction, inputs: readonly PlaceOrderInput[]) =>
      placeOrders(tx, inputs.map(placeCommand), orderPolicy),
    getOrder: async (ref: OrderRef) => read(() => readOrder(db, { ...parse(orderIdInput, { orderId: ref.orderId }), customerId: ref.customerId })),
    listOrders: async (input: z.input<typeof listOrdersInput> = {}) => read(() => readOrderPage(db, parse(listOrdersInput, input))),
    cancelOrder: async ({ customerId, ...input }: { orderId: string } & Scope) =>
      runOne(cancelOrders, { ...parse(orderIdInput, input), customerId }),
    orderHistory: async ({ customerId, ...input }: z.input<typeof orderHistoryInput> & Scope) =>
      read(() => readHistory(db, { ...parse(orderHistoryInput, input), customerId })),
    clearAttention: async (input: { orderId: string }) =>
      withTransaction(database, (tx) => clearAttention(tx, parse(orderIdInput, input))),

    async createPayment({ customerId, ...input }: z.input<typeof createPaymentInput> & Scope) {
      const command = { id: newId(), ...parse(createPaymentInput, input), customerId };
      gatewayOf(command.provider);
      const create = async (tx: Transaction) => createPayments(tx, [command], { holdMs });
      const landed = async () => anyPaymentExists(db, [command.id]);
      return unwrap((await withTransaction(database, create, { landed }))[0]);
    },
    listPayments: async ({ customerId, ...input }: { orderId: string } & Scope) =>
      read(() => readPayments(db, { ...parse(orderIdInput, input), customerId })),
    listRefunds: async (input: z.input<typeof listRefundsInput> = {}) => {
      const { cursor, limit, ...filter } = parse(listRefundsInput, input);
      return read(async () => pageOf(await listRefunds(db, filter, cursor, limit + 1), limit, ({ id }) => id));
    },

    /** Verifies a provider's webhook and takes its events. @throws provider_not_configured · invalid_signature · malformed_event */
    async receiveWebhook(provider: string, message: WebhookMessage): Promise<ReceivedGatewayEvent[]> {
      const commands = gatewayOf(provider).receive(message, new Date()).map((event) => ({ ...event, rawBody: message.rawBody }));
      const received = await withTransaction(database, (tx) => receiveGatewayEvents(tx, commands));
      const conflicts = commands.filter((_, index) => received[index]!.outcome === 'CONFLICT');
      if (conflicts.length > 0) await withTransaction(database, (tx) => recordEventConflicts(tx, conflicts));
      return received;
    },
    listGatewayEvents: async (input: z.input<typeof listGatewayEventsInput> = {}) => {
      const { cursor, limit, ...filter } = parse(listGatewayEventsInput, input);
      return read(async () => pageOf(await listGatewayEvents(db, filter, cursor, limit + 1), limit, ({ id }) => id));
    },

    listShipments: async ({ customerId, ...input }: { orderId: string } & Scope) =>
      read(() => readShipments(db, { ...parse(orderIdInput, input), customerId })),
    dispatchShipment: async (input: z.input<typeof shipping.dispatchShipmentInput>) =>
      moveShipment({ to: 'SHIPPED', ...parse(shipping.dispatchShipmentInput, input) }),
    markShipmentInTransit: async (input: z.input<typeof shipping.shipmentIdInput>) =>
      moveShipment({ to: 'IN_TRANSIT', ...parse(shipping.shipmentIdInput, input) }),
    deliverShipment: async (input: z.input<typeof shipping.shipmentIdInput>) =>
      moveShipment({ to: 'DELIVERED', ...parse(shipping.shipmentIdInput, input) }),

    /** A new operator's key. `key` is in this answer and nowhere else. */
    async createApiKey(input: z.input<typeof access.createApiKeyInput>): Promise<ApiKey & { key: string }> {
      const key = newApiKey();
      const row = { id: newId(), ...parse(access.createApiKeyInput, input) };
      return { ...(await read(() => insertApiKey(db, row, hashApiKey(key)))), key };
    },
    /** The operator behind a key, or undefined when it is unknown or revoked. */
    async authenticateApiKey(key: string): Promise<ApiKey | undefined> {
      return read(async () => {
        const found = await findApiKey(db, hashApiKey(key));
        if (found) await touchApiKey(db, found.id);
        return found;
      });
    },
    listApiKeys: async (input: z.input<typeof listApiKeysInput> = {}) => {
      const { cursor, limit } = parse(listApiKeysInput, input);
      return read(async () => pageOf(await listApiKeys(db, cursor, limit + 1), limit, ({ id }) => id));
    },
    /** Revoking a key again changes nothing. @throws api_key_not_found */
    async revokeApiKey(input: z.input<typeof access.apiKeyIdInput>): Promise<ApiKey> {
      const { apiKeyId } = parse(access.apiKeyIdInput, input);
      const revoked = await read(() => revokeApiKey(db, apiKeyId));
      if (revoked) return revoked;
      throw new CommerceError('api_key_not_found', 'no such API key');
    },

    /** Every invariant that doesn't hold, with examples; an empty list is a healthy shop. */
    doctor: async () => read(() => runDoctor(database)),
    /** Expires overdue holds, up to `limit`. Answers how many were due. */
    expireOrders: async (limit = 200) => withTransaction(database, (tx) => expireOrders(tx, limit, { holdMs })),
    /** Tries due gateway events again, up to `limit`. Answers how many were due. */
    retryGatewayEvents: async (limit = 200) => withTransaction(database, (tx) => retryGatewayEvents(tx, limit)),
    /** Runs the loops over due rows until `signal` aborts. */
    async runLoops(signal: AbortSignal, report: LoopReport = () => {}): Promise<void> {
      return runLoops([
        { name: 'expire_orders', pauseMs: 1_000, batchMax: 200, run: (limit) => this.expireOrders(limit) },
        { name: 'retry_gateway_events', pauseMs: 1_000, batchMax: 200, run: (limit) => this.retryGatewayEvents(limit) },
      ], signal, report);
    },
  };
}

export type PlaceOrderInput = z.input<typeof placeOrderInput> & { customerId: string };

export type Commerce = ReturnType<typeof createCommerce>;
