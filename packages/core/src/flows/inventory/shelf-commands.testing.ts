import { randomUUID } from 'node:crypto';
import { only, present } from '../../testing/only.ts';
import { errorCodeOf, type TestShop } from '../../testing/test-shop.ts';
import { ShelfModel, type ModelOrder } from './shelf-model.testing.ts';

type Payment = Parameters<TestShop['sendWebhook']>[1];

/**
 * The shop's reply to a command, and the reply that the model expects; undefined when the command had nothing to do.
 */
type Answer = Promise<[answer: string, expected: string] | undefined>;

/** Random commands to a shop with few units, each given to a model of its shelves, too. */
export class ShelfCommands {
  readonly model = new ShelfModel();
  readonly #shop: TestShop;
  readonly #products: readonly string[];
  readonly #random: () => number;
  readonly #payments = new Map<string, Payment>();
  /** The latest return of each product of an order, by both ids. */
  readonly #returns = new Map<string, string>();
  /** The orders of replacements that wait for their dispatch, the oldest first. */
  readonly #replacements: string[] = [];

  constructor(shop: TestShop, products: readonly string[], random: () => number) {
    this.#shop = shop;
    this.#products = products;
    this.#random = random;
  }

  /** How often each command is run, in relation to the others. */
  readonly weights = {
    order: 6,
    approve: 6,
    fail: 2,
    expire: 1,
    payAgain: 2,
    cancel: 2,
    cancelUnits: 3,
    dispatch: 3,
    refund: 3,
    receive: 4,
    count: 4,
    takeBack: 4,
    replace: 3,
    sendReplacement: 2,
  } as const;

  async order(): Answer {
    const { model } = this;
    const units = new Map(
      Array.from({ length: 1 + this.#below(3) }, () => [this.#one(this.#products), 1 + this.#below(3)]),
    );
    const expected = model.canSell(units) ? 'accepted' : 'insufficient_stock';
    const placed = this.#shop.createPendingOrder(Object.fromEntries(units));
    const answer = await errorCodeOf(placed);
    if (answer === 'accepted') {
      const { orderId, payment } = await placed;
      this.#payments.set(orderId, payment);
      model.addOrder(orderId, units);
    }
    return [answer, expected];
  }

  async approve(): Answer {
    const order = this.#orderThat(() => true);
    if (!order) return undefined;
    this.model.approve(order);
    return this.#sendWebhook('CAPTURED', order);
  }

  async fail(): Answer {
    const order = this.#orderThat(({ isDecided }) => !isDecided);
    if (!order) return undefined;
    this.model.fail(order);
    return this.#sendWebhook('FAILED', order);
  }

  async expire(): Answer {
    const order = this.#orderThat(({ status }) => status === 'PAYMENT_PENDING' || status === 'PAYMENT_FAILED');
    if (!order) return undefined;
    this.model.expire(order);
    await this.#shop.expireTestOrder(order.id);
    return this.#readStatus(order);
  }

  async payAgain(): Answer {
    const order = this.#orderThat(({ status, isDecided }) => status === 'PAYMENT_FAILED' && !isDecided);
    if (!order) return undefined;
    const attempt = this.#shop.commerce.createPayment({ orderId: order.id, provider: 'mock' });
    const answer = await errorCodeOf(attempt);
    if (answer === 'accepted') this.#payments.set(order.id, await attempt);
    return [answer, this.model.payAgain(order)];
  }

  async cancel(): Answer {
    const order = this.#orderThat(() => true);
    if (!order) return undefined;
    return [await errorCodeOf(this.#shop.commerce.cancelOrder({ orderId: order.id })), this.model.cancel(order)];
  }

  async cancelUnits(): Answer {
    const order = this.#orderThat(() => true);
    if (!order) return undefined;
    const { lines } = await this.#shop.commerce.getOrder({ orderId: order.id });
    const { lineNo, productId } = this.#one(lines);
    const quantity = 1 + this.#below(3);
    const expected = this.model.cancelUnits(order, present(productId ?? undefined, 'the product'), quantity);
    const canceled = this.#shop.commerce.cancelLines({ orderId: order.id, lines: [{ lineNo, quantity }] });
    return [await errorCodeOf(canceled), expected];
  }

  async dispatch(): Answer {
    const order = this.#orderThat(({ waiting }) => [...waiting.values()].some((quantity) => quantity > 0));
    if (!order) return undefined;
    this.model.dispatch(order);
    const parcels = await this.#shop.commerce.listShipments({ orderId: order.id });
    const ready = parcels.find(({ status, returnId }) => status === 'READY' && returnId === null);
    const parcel = { shipmentId: present(ready, 'the READY parcel').id, carrier: 'Post', trackingNumber: randomUUID() };
    return [await errorCodeOf(this.#shop.commerce.dispatchShipment(parcel)), 'accepted'];
  }

  async refund(): Answer {
    const order = this.#orderThat(({ status }) => status === 'PAID');
    if (!order) return undefined;
    const { lines } = await this.#shop.commerce.getOrder({ orderId: order.id });
    const { lineNo, productId } = this.#one(lines);
    const units = { quantity: 1 + this.#below(3), restock: this.#below(3) > 0 };
    const refund = { orderId: order.id, lines: [{ lineNo, ...units }] };
    const expected = this.model.refund(order, { productId: present(productId ?? undefined, 'the product'), ...units });
    return [await errorCodeOf(this.#shop.commerce.createRefund(refund)), expected];
  }

  async takeBack(): Answer {
    const order = this.#orderThat(({ status, hasShipped }) => status === 'PAID' && hasShipped);
    if (!order) return undefined;
    const { commerce } = this.#shop;
    const { lines } = await commerce.getOrder({ orderId: order.id });
    const { lineNo, productId } = this.#one(lines);
    const units = { restock: this.#below(2), writeOff: 1 + this.#below(2) };
    const expected = this.model.takeBack(order, {
      productId: present(productId ?? undefined, 'the product'),
      ...units,
    });
    const quantity = units.restock + units.writeOff;
    const request = commerce.requestReturn({ orderId: order.id, lines: [{ lineNo, quantity }] });
    const answer = await errorCodeOf(request);
    if (answer === 'accepted') {
      const { id: returnId } = await request;
      await commerce.approveReturn({ returnId });
      const received = { lineNo, restockQty: units.restock, writeOffQty: units.writeOff };
      await commerce.receiveReturn({ returnId, lines: [received] });
      this.#returns.set(`${order.id} ${productId}`, returnId);
    }
    return [answer, expected];
  }

  async replace(): Answer {
    const order = this.#orderThat(({ requested }) => requested.size > 0);
    if (!order) return undefined;
    const productId = this.#one([...order.requested.keys()]);
    const returnId = present(this.#returns.get(`${order.id} ${productId}`), 'the return');
    const { lineNo } = only((await this.#shop.commerce.getReturn({ returnId })).lines);
    const quantity = 1 + this.#below(2);
    const expected = this.model.replace(order, productId, quantity);
    const replaced = this.#shop.commerce.replaceReturn({ returnId, lines: [{ lineNo, quantity }] });
    const answer = await errorCodeOf(replaced);
    if (answer === 'accepted') this.#replacements.push(order.id);
    return [answer, expected];
  }

  async sendReplacement(): Answer {
    const orderId = this.#replacements.shift();
    if (orderId === undefined) return undefined;
    this.model.sendReplacement();
    const shipments = await this.#shop.commerce.listShipments({ orderId });
    const ready = shipments.find(({ status, returnId }) => status === 'READY' && returnId !== null);
    const shipmentId = present(ready, 'the replacement').id;
    const parcel = { shipmentId, carrier: 'Post', trackingNumber: randomUUID() };
    return [await errorCodeOf(this.#shop.commerce.dispatchShipment(parcel)), 'accepted'];
  }

  async receive(): Answer {
    const [productId, quantity] = [this.#one(this.#products), 1 + this.#below(6)];
    this.model.receive(productId, quantity);
    return [await errorCodeOf(this.#shop.commerce.receiveStock({ productId, quantity })), 'accepted'];
  }

  async count(): Answer {
    const productId = this.#one(this.#products);
    const shelfQty = this.model.onShelf(productId);
    const countedQty = Math.max(0, shelfQty + this.#below(6) - 4);
    const expectedShelfQty = this.#one([undefined, shelfQty, shelfQty, shelfQty + 1]);
    const count = { productId, countedQty, expectedShelfQty, reason: 'counted' };
    const expected = this.model.count(productId, countedQty, expectedShelfQty);
    return [await errorCodeOf(this.#shop.commerce.countStock(count)), expected];
  }

  async #sendWebhook(type: 'CAPTURED' | 'FAILED', order: ModelOrder): Answer {
    await this.#shop.sendWebhook(type, present(this.#payments.get(order.id), 'the payment'));
    return this.#readStatus(order);
  }

  async #readStatus({ id, status }: ModelOrder): Answer {
    return [(await this.#shop.commerce.getOrder({ orderId: id })).status, status];
  }

  #orderThat(isMeant: (order: ModelOrder) => boolean): ModelOrder | undefined {
    const meant = this.model.orders.filter(isMeant);
    return meant[this.#below(meant.length)];
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  #one<T>(all: readonly T[]): T {
    // The index is within the list, whose items may be undefined.
    return all[this.#below(all.length)] as T;
  }
}
