/** Units by product id. */
export type Units = ReadonlyMap<string, number>;
type ReturnedUnits = { productId: string; restock: number; writeOff: number };
type RefundedUnits = { productId: string; quantity: number; restock: boolean };

/**
 * An order as a warehouse sees it. `waiting` are paid units that haven't left, `refunded` units that a refund was for.
 * `left` are those that have left, replacements included. `isDecided`: the latest payment was approved, so that the
 * gateway has nothing more to say about it.
 */
export type ModelOrder = {
  id: string;
  units: Units;
  status: 'PAYMENT_PENDING' | 'PAYMENT_FAILED' | 'EXPIRED' | 'PAID' | 'CANCELED';
  waiting: Map<string, number>;
  refunded: Map<string, number>;
  /** Units that returns have requested, each once, and units that came back and could still be replaced. */
  requested: Map<string, number>;
  replaceable: Map<string, number>;
  left: Map<string, number>;
  /** Units that replacements stand for, and those of them that have left. Both end when such a unit comes back. */
  replaced: Map<string, number>;
  replacedAndLeft: Map<string, number>;
  hasShipped: boolean;
  isDecided: boolean;
};

/**
 * A shop's stock, derived from what lies on each shelf and from what each order still waits for: none of the numbers is
 * counted up and down, as the database counts them. A method that the shop may refuse returns 'accepted' or the code of
 * the refusal.
 */
export class ShelfModel {
  readonly shelf = new Map<string, number>();
  readonly orders: ModelOrder[] = [];
  /** Replacements that wait for their dispatch, the oldest first. */
  readonly replacements: { order: ModelOrder; productId: string; quantity: number }[] = [];

  unshipped(productId: string): number {
    const replaced = this.replacements.filter((one) => one.productId === productId);
    return (
      this.#sum(({ waiting }) => waiting.get(productId)) + replaced.reduce((sum, { quantity }) => sum + quantity, 0)
    );
  }

  reserved(productId: string): number {
    return this.#sum(({ status, units }) => (status === 'PAYMENT_PENDING' ? units.get(productId) : 0));
  }

  onShelf(productId: string): number {
    return this.shelf.get(productId) ?? 0;
  }

  /** The stock that the shop must show. */
  stock(productId: string) {
    const [shelfQty, reservedQty, unshippedQty] = [
      this.onShelf(productId),
      this.reserved(productId),
      this.unshipped(productId),
    ];
    const availableQty = shelfQty - unshippedQty;
    return { productId, availableQty, reservedQty, unshippedQty, sellableQty: availableQty - reservedQty, shelfQty };
  }

  canSell(units: Units): boolean {
    return [...units].every(([productId, quantity]) => this.stock(productId).sellableQty >= quantity);
  }

  addOrder(id: string, units: Units): void {
    const none = { waiting: new Map(), refunded: new Map(), hasShipped: false, isDecided: false };
    const back = {
      left: new Map(),
      requested: new Map(),
      replaceable: new Map(),
      replaced: new Map(),
      replacedAndLeft: new Map(),
    };
    this.orders.push({ id, units, status: 'PAYMENT_PENDING', ...none, ...back });
  }

  /** The gateway approves the order's latest payment, on time or late. */
  approve(order: ModelOrder): void {
    if (order.isDecided) return;
    order.isDecided = true;
    const isPayable = order.status === 'PAYMENT_PENDING' || (order.status !== 'CANCELED' && this.canSell(order.units));
    if (!isPayable) return;
    order.status = 'PAID';
    order.waiting = new Map(order.units);
  }

  fail(order: ModelOrder): void {
    if (order.status === 'PAYMENT_PENDING') order.status = 'PAYMENT_FAILED';
  }

  expire(order: ModelOrder): void {
    if (order.status === 'PAYMENT_PENDING' || order.status === 'PAYMENT_FAILED') order.status = 'EXPIRED';
  }

  /** A new attempt to pay, after one that failed. */
  payAgain(order: ModelOrder): string {
    if (!this.canSell(order.units)) return 'insufficient_stock';
    order.status = 'PAYMENT_PENDING';
    order.isDecided = false;
    return 'accepted';
  }

  cancel(order: ModelOrder): string {
    if (order.hasShipped || order.status === 'EXPIRED' || order.status === 'CANCELED') return 'invalid_transition';
    order.status = 'CANCELED';
    order.waiting.clear();
    return 'accepted';
  }

  dispatch(order: ModelOrder): void {
    for (const [productId, quantity] of order.waiting) {
      this.#move(productId, -quantity);
      order.left.set(productId, (order.left.get(productId) ?? 0) + quantity);
    }
    order.waiting.clear();
    order.hasShipped = true;
  }

  refund(order: ModelOrder, { productId, quantity, restock }: RefundedUnits): string {
    const refunded = (order.refunded.get(productId) ?? 0) + quantity;
    if (quantity > this.#unsettled(order, productId)) return 'units_not_refundable';
    const waiting = order.waiting.get(productId) ?? 0;
    if (restock && quantity > waiting) return 'units_not_restockable';
    order.refunded.set(productId, refunded);
    if (restock) order.waiting.set(productId, waiting - quantity);
    return 'accepted';
  }

  /** Cancels waiting units of one product. Units that were refunded before are counted last. */
  cancelUnits(order: ModelOrder, productId: string, quantity: number): string {
    if (order.status === 'PAYMENT_PENDING' || order.status === 'PAYMENT_FAILED') return 'order_not_paid';
    if (order.status !== 'PAID') return 'invalid_transition';
    const waiting = order.waiting.get(productId) ?? 0;
    if (quantity > waiting) return 'units_not_cancelable';
    const allWaiting = [...order.waiting.values()].reduce((sum, units) => sum + units, 0);
    if (!order.hasShipped && quantity === allWaiting) return this.cancel(order);
    order.waiting.set(productId, waiting - quantity);
    const refunded = (order.refunded.get(productId) ?? 0) + quantity;
    order.refunded.set(productId, Math.min(refunded, order.units.get(productId) ?? 0));
    return 'accepted';
  }

  /** Units come back: some are put on the shelf, the others are thrown away. */
  takeBack(order: ModelOrder, { productId, restock, writeOff }: ReturnedUnits): string {
    const requested = (order.requested.get(productId) ?? 0) + restock + writeOff;
    if (requested > (order.left.get(productId) ?? 0)) return 'units_not_returnable';
    order.requested.set(productId, requested);
    order.replaceable.set(productId, restock + writeOff);
    // Replacements come back before other units.
    const replacements = Math.min(restock + writeOff, order.replacedAndLeft.get(productId) ?? 0);
    for (const units of [order.replaced, order.replacedAndLeft])
      units.set(productId, (units.get(productId) ?? 0) - replacements);
    this.#move(productId, restock);
    return 'accepted';
  }

  /** Units of the product's latest return are sent once more. */
  replace(order: ModelOrder, productId: string, quantity: number): string {
    const replaceable = order.replaceable.get(productId) ?? 0;
    if (quantity > Math.min(replaceable, this.#unsettled(order, productId))) return 'units_not_in_return';
    if (!this.canSell(new Map([[productId, quantity]]))) return 'insufficient_stock';
    order.replaceable.set(productId, replaceable - quantity);
    order.replaced.set(productId, (order.replaced.get(productId) ?? 0) + quantity);
    this.replacements.push({ order, productId, quantity });
    return 'accepted';
  }

  sendReplacement(): void {
    const sent = this.replacements.shift();
    if (!sent) return;
    const { order, productId, quantity } = sent;
    this.#move(productId, -quantity);
    for (const units of [order.left, order.replacedAndLeft])
      units.set(productId, (units.get(productId) ?? 0) + quantity);
  }

  receive(productId: string, quantity: number): void {
    this.#move(productId, quantity);
  }

  count(productId: string, countedQty: number, expectedShelfQty?: number): string {
    const { reservedQty, unshippedQty, shelfQty } = this.stock(productId);
    if (expectedShelfQty !== undefined && expectedShelfQty !== shelfQty) return 'stock_changed';
    if (countedQty < reservedQty + unshippedQty) return 'stock_below_orders';
    this.shelf.set(productId, countedQty);
    return 'accepted';
  }

  /** Units that were neither refunded nor replaced. */
  #unsettled({ units, refunded, replaced }: ModelOrder, productId: string): number {
    return (units.get(productId) ?? 0) - (refunded.get(productId) ?? 0) - (replaced.get(productId) ?? 0);
  }

  #sum(unitsOf: (order: ModelOrder) => number | undefined): number {
    return this.orders.reduce((sum, order) => sum + (unitsOf(order) ?? 0), 0);
  }

  #move(productId: string, quantity: number): void {
    this.shelf.set(productId, this.onShelf(productId) + quantity);
  }
}
