import { and, desc, eq, sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { insertion, statement, type Transaction } from '@commerce-core/pg-pipeline';
import type { Reader } from '../database/page.ts';
import { quoted } from '../database/schema.ts';
import { unpaidStatuses } from './order.ts';
import { openGuestOrders, orders } from './tables.ts';

/** How many orders are open, and in how many seconds the first of them ends at the latest if it isn't paid. */
export type OpenGuestOrders = { inAll: number; ofOrigin: number; endS: number; endOfOriginS: number };

// Of the pair of constants that `migrate` uses, too, so that it is none of other programs' locks.
const lock = statement('lock_guest_orders', 'select pg_advisory_xact_lock(1668115821, 2)');

// An order that was not placed within this time was refused by a process that then died.
const orphaned = `interval '5 minutes'`;

const forgetClosed = statement(
  'delete_closed_guest_orders',
  `
  delete from "commerce"."open_guest_orders" g using (
    select g."order_id" from "commerce"."open_guest_orders" g left join "commerce"."orders" o on o."id" = g."order_id"
    where case when o."id" is null then g."created_at" < now() - ${orphaned}
      else o."status" not in (${quoted(unpaidStatuses)}) end
  ) closed where closed."order_id" = g."order_id"`,
);

const count = statement(
  'count_open_guest_orders',
  `
  select count(*)::integer as "inAll", count(*) filter (where is_own)::integer as "ofOrigin",
    coalesce(ceil(extract(epoch from min(ends_at) - now())), 0)::integer as "endS",
    coalesce(ceil(extract(epoch from min(ends_at) filter (where is_own) - now())), 0)::integer as "endOfOriginS"
  from (
    select g."origin" = $1 as is_own, coalesce(o."hold_until", g."created_at" + ${orphaned}) as ends_at
    from "commerce"."open_guest_orders" g left join "commerce"."orders" o on o."id" = g."order_id"
  ) open`,
);

/**
 * Counts the unpaid orders of guests, in all and of one origin. Until the transaction ends, no other transaction counts
 * them. Orders of customers with an account wait for nothing.
 */
export async function countOpenGuestOrders(tx: Transaction, origin: string): Promise<OpenGuestOrders> {
  const locked = tx.query(lock, []);
  const forgotten = tx.query(forgetClosed, []);
  const [counted] = await tx.query<OpenGuestOrders>(count, [origin]);
  await Promise.all([locked, forgotten]);
  if (!counted) throw new Error('a count returned no row');
  return counted;
}

export const insertOpenGuestOrders = insertion(openGuestOrders);

const remove = statement('delete_open_guest_order', `delete from "commerce"."open_guest_orders" where "order_id" = $1`);

/** Forgets an order that was not placed. */
export function deleteOpenGuestOrder(tx: Transaction, orderId: string): void {
  tx.send(remove, [orderId]);
}

/** What names orders of guests: one of these. */
type GuestOrderName = { [name in 'orderId' | 'number' | 'reference']?: string | undefined };

function isNamed({ orderId, number, reference = '' }: GuestOrderName): SQL {
  if (orderId !== undefined) return eq(orders.id, orderId);
  return number === undefined ? eq(orders.reference, reference) : eq(orders.number, number);
}

/** Whether a customer's id is that of a guest, as `isGuestId` finds. */
const isOfGuest = (customerId: PgColumn) => sql`${customerId} ~ '^guest:[0-9a-f]{8}-[0-9a-f]{4}-7'`;

/**
 * The ids of up to ten orders that guests have placed with this e-mail address, the newest first, by the order's id,
 * its number or its reference. Of an order in exchange for the goods of another one, it is the id of the order that the
 * guest has placed. Upper and lower case are the same. An order whose contact was erased is none of them.
 */
export async function readGuestOrderIds(
  reader: Reader,
  { email, ...name }: { email: string } & GuestOrderName,
): Promise<string[]> {
  const { id, contact, customerId } = orders;
  const rows = await reader
    .select({ guestOrderId: sql<string>`substr(${customerId}, 7)` })
    .from(orders)
    .where(and(isNamed(name), isOfGuest(customerId), sql`lower(${contact} ->> 'email') = lower(${email})`))
    .orderBy(desc(id))
    .limit(10);
  return [...new Set(rows.map(({ guestOrderId }) => guestOrderId))];
}
