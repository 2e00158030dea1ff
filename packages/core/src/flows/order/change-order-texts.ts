import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, decided, type Outcome } from '../../errors.ts';
import { isGuestOrder } from '../../order/guest.ts';
import type { UpdateOrder } from '../../order/order-input.ts';
import { eraseOrderNotes, readNotedOrders } from '../../order/order-note-repository.ts';
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
 * Changes orders' contacts, addresses, references and metadata until the first parcel has left. What is undefined
 * stays.
 * @returns the order; unchanged when it has all of it already · refusals: order_not_found, order_changed,
 * order_not_changeable, country_not_changeable
 */
export const updateOrders = async (
  tx: Transaction,
  commands: readonly UpdateOrderCommand[],
): Promise<Outcome<PlacedOrder>[]> => changeOrders(tx, commands, update);

/**
 * Erases the contacts and addresses of orders that are over, the reasons of their returns, which customers wrote, and
 * the notes about them.
 * @returns the order; unchanged when it has none of them · refusals: order_not_found, order_not_over
 */
export async function redactOrders(
  tx: Transaction,
  commands: readonly { orderId: string }[],
): Promise<Outcome<PlacedOrder>[]> {
  const erased: string[] = [];
  let noted: ReadonlySet<string> = new Set();
  const change = (order: LockedOrder) => {
    const texts = redact(order, noted.has(order.id));
    if (noted.has(order.id)) erased.push(order.id);
    return texts;
  };
  const outcomes = await changeOrders(tx, commands, change, { shipments: true }, async (orderIds) => {
    noted = await readNotedOrders(tx, orderIds);
  });
  if (erased.length > 0) await eraseOrderNotes(tx, erased);
  return outcomes;
}

async function changeOrders<C extends { orderId: string; customerId?: string | undefined }>(
  tx: Transaction,
  commands: readonly C[],
  change: (order: LockedOrder, command: C) => boolean,
  parts: RequestedParts = {},
  load: (orderIds: string[]) => Promise<void> = async () => {},
): Promise<Outcome<PlacedOrder>[]> {
  const orderIds = commands.map(({ orderId }) => orderId);
  const work = await UnitOfWork.lock(tx, { orderIds, ...parts });
  await load(orderIds);
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
  order.requireVersion(expectedVersion);
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

function redact(order: LockedOrder, isNoted: boolean): boolean {
  const { row } = order;
  // An address is needed until the last parcel has arrived: also of a replacement, and after others came back.
  if (!isOver(row) || order.shipments.some(needsAddress)) {
    const { status, fulfillmentStatus } = row;
    throw new CommerceError('order_not_over', 'the order is not over', { status, fulfillmentStatus });
  }
  const reasoned = order.returns.filter(({ reason }) => reason !== null);
  for (const aReturn of reasoned) order.setReturn({ ...aReturn, reason: null, updatedAt: order.now });
  const texts = setTexts(order, { contact: null, shippingAddress: null });
  if (texts.length > 0) order.setTexts({ redactedAt: order.now });
  const ofReturns = reasoned.length > 0 ? (['returnReason'] as const) : [];
  const changed = [...texts, ...ofReturns, ...(isNoted ? (['notes'] as const) : [])];
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
