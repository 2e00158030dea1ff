import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, decided, type Outcome } from '../../errors.ts';
import { isGuestOrder } from '../../order/guest.ts';
import type { UpdateOrder } from '../../order/order-input.ts';
import { updateOrderTexts } from '../../order/order-repository.ts';
import { isBeforeDispatch, isOver, type Order } from '../../order/order.ts';
import { needsAddress } from '../../shipping/shipment.ts';
import type { RequestedParts } from '../../unit-of-work/lock-parts.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locateOrder } from './locate-order.ts';
import type { PlacedOrder } from './place-orders.ts';

/** What an order is to have. With `customerId`, only an order of that customer. */
export type UpdateOrderCommand = UpdateOrder & { customerId?: string | undefined };

const textFields = ['contact', 'shippingAddress', 'reference', 'metadata'] as const;
type TextField = (typeof textFields)[number];

/**
 * Changes orders' contacts, addresses, references and metadata until the first parcel has left. What is undefined stays.
 * @returns the order; unchanged when it has all of it already · refusals: order_not_found, order_changed,
 * order_not_changeable, country_not_changeable
 */
export const updateOrders = async (
  tx: Transaction,
  commands: readonly UpdateOrderCommand[],
): Promise<Outcome<PlacedOrder>[]> => changeOrders(tx, commands, update);

/**
 * Erases the contacts and addresses of orders that are over, and the reasons of their returns, which customers wrote.
 * @returns the order; unchanged when it has none of them · refusals: order_not_found, order_not_over
 */
export const redactOrders = async (
  tx: Transaction,
  commands: readonly { orderId: string }[],
): Promise<Outcome<PlacedOrder>[]> => changeOrders(tx, commands, redact, { shipments: true });

async function changeOrders<C extends { orderId: string; customerId?: string | undefined }>(
  tx: Transaction,
  commands: readonly C[],
  change: (order: LockedOrder, command: C) => boolean,
  parts: RequestedParts = {},
): Promise<Outcome<PlacedOrder>[]> {
  const work = await UnitOfWork.lock(tx, { orderIds: commands.map(({ orderId }) => orderId), ...parts });
  const changed: Order[] = [];
  const outcomes = commands.map((command): Outcome<PlacedOrder> => {
    const located = locateOrder(work, command);
    if (!located.ok) return located;
    const order = located.value;
    return decided(() => {
      if (change(order, command)) changed.push(order.row);
      return order.placed();
    });
  });
  for (const row of changed) await updateOrderTexts(tx, row);
  work.write();
  return outcomes;
}

function update(
  order: LockedOrder,
  { orderId: _, customerId: __, expectedVersion, ...texts }: UpdateOrderCommand,
): boolean {
  const { row } = order;
  if (expectedVersion !== row.version)
    throw new CommerceError('order_changed', 'the order has changed since it was read', { version: row.version });
  if (!isBeforeDispatch(row)) {
    const { status, fulfillmentStatus } = row;
    const details = { status, fulfillmentStatus };
    throw new CommerceError('order_not_changeable', 'the order can not be changed any more', details);
  }
  const { country } = row.shippingAddress ?? {};
  if (country !== undefined && texts.shippingAddress && texts.shippingAddress.country !== country)
    throw new CommerceError('country_not_changeable', 'what the order costs depends on its country');
  checkContact(row, texts.contact);
  const changed = setTexts(order, texts);
  if (changed.length > 0) order.record('order.updated', { changed });
  return changed.length > 0;
}

/** @throws validation_failed when a guest's order would lose its e-mail address, the one way to reach the guest */
function checkContact(row: Order, contact: UpdateOrder['contact']): void {
  if (!contact || contact.email !== undefined || !isGuestOrder(row)) return;
  const message = "is needed: it is the only way to a guest's order";
  throw new CommerceError('validation_failed', `contact.email: ${message}`, {
    issues: [{ path: 'contact.email', message }],
  });
}

function redact(order: LockedOrder): boolean {
  const { row } = order;
  // An address is needed until the last parcel has arrived: also of a replacement, and after others came back.
  if (!isOver(row) || order.shipments.some(needsAddress)) {
    const { status, fulfillmentStatus } = row;
    throw new CommerceError('order_not_over', 'the order is not over', { status, fulfillmentStatus });
  }
  const reasoned = order.returns.filter(({ reason }) => reason !== null);
  for (const aReturn of reasoned) order.setReturn({ ...aReturn, reason: null, updatedAt: order.now });
  const texts = setTexts(order, { contact: null, shippingAddress: null });
  const changed = reasoned.length > 0 ? [...texts, 'returnReason' as const] : texts;
  if (changed.length > 0) order.record('order.redacted', { changed });
  return texts.length > 0;
}

/** Sets texts. Returns which ones have changed: events name them and contain none of them. */
function setTexts(order: LockedOrder, texts: { [F in TextField]?: Order[F] | undefined }): TextField[] {
  const isChanged = (field: TextField) =>
    texts[field] !== undefined && JSON.stringify(texts[field]) !== JSON.stringify(order.row[field]);
  const changed = textFields.filter(isChanged);
  if (changed.length === 0) return [];
  const given = Object.fromEntries(changed.map((field) => [field, texts[field]]));
  order.setTexts(given);
  return changed;
}
