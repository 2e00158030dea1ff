import { and, asc, desc, eq, gte, isNull, lte, sql, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { apiClients, apiKeys, operatorSessions } from '../access/tables.ts';
import { products } from '../catalog/tables.ts';
import type { Reader } from '../database/page.ts';
import { gatewayEvents } from '../gateway-inbox/tables.ts';
import { orderNumberIn } from '../order/order-number.ts';
import { orders } from '../order/tables.ts';
import { payments } from '../payment/tables.ts';
import { shippingOptions } from '../pricing/tables.ts';
import { returns } from '../returns/tables.ts';
import { parcels, shipments, trackingMessages } from '../shipping/tables.ts';
import { webhookEndpoints } from '../webhooks/tables.ts';
import type { LookupKind } from './lookup-input.ts';

/** A thing that a text may mean. `summary` is its status, SKU, type, tracking number or client. */
export type Match = { id: string; summary: string };

/** How a text names a thing; undefined when the text can't be such a name. */
type Named = (text: string) => SQL | undefined;

type Place = { table: PgTable; id: PgColumn; summary: PgColumn | SQL; names?: readonly Named[] };

const orderSummary = sql`${orders.number} || ' ' || ${orders.status}`;
const byReference: Named = (text) => eq(orders.reference, text);
const bySku: Named = (text) => eq(products.sku, text);
/** The valid keys of a client: a revoked one is named by its id. */
const byClient: Named = (text) =>
  and(
    eq(apiKeys.clientId, sql`(select ${apiClients.id} from ${apiClients} where ${eq(apiClients.name, text)})`),
    isNull(apiKeys.revokedAt),
  );
function byNumber(text: string): SQL | undefined {
  const number = orderNumberIn(text);
  return number === undefined ? undefined : eq(orders.number, number);
}

const keyState = sql`case when ${apiKeys.revokedAt} is null then 'valid' else 'revoked' end`;

/** The client that is signed in. */
const signedIn = sql`(select c.name from ${apiKeys} k join ${apiClients} c on c.id = k.client_id
  where k.id = ${operatorSessions.apiKeyId})`;

// Each id is a primary key, and each name has an index.
const places: Record<LookupKind, Place> = {
  order: { table: orders, id: orders.id, summary: orderSummary, names: [byNumber, byReference] },
  payment: { table: payments, id: payments.id, summary: payments.status },
  shipment: { table: shipments, id: shipments.id, summary: shipments.status },
  parcel: { table: parcels, id: parcels.id, summary: parcels.trackingNumber },
  return: { table: returns, id: returns.id, summary: returns.status },
  product: { table: products, id: products.id, summary: products.sku, names: [bySku] },
  shippingOption: { table: shippingOptions, id: shippingOptions.id, summary: shippingOptions.name },
  trackingMessage: { table: trackingMessages, id: trackingMessages.id, summary: trackingMessages.outcome },
  gatewayEvent: { table: gatewayEvents, id: gatewayEvents.id, summary: gatewayEvents.type },
  webhookEndpoint: { table: webhookEndpoints, id: webhookEndpoints.id, summary: webhookEndpoints.url },
  apiKey: { table: apiKeys, id: apiKeys.id, summary: keyState, names: [byClient] },
  session: { table: operatorSessions, id: operatorSessions.id, summary: signedIn },
};

const select = (reader: Reader, { table, id, summary }: Place) =>
  reader.select({ id: sql<string>`${id}`, summary: sql<string>`${summary}` }).from(table);

/** The query for up to `limit` things whose ids lie in a range, the oldest first. */
export function matchesInRange(
  reader: Reader,
  kind: LookupKind,
  { first, last }: { first: string; last: string },
  limit: number,
) {
  const place = places[kind];
  const inRange = and(gte(place.id, first), lte(place.id, last));
  return select(reader, place).where(inRange).orderBy(asc(place.id)).limit(limit);
}

/**
 * The queries for up to `limit` things with this number, reference, SKU or client, the newest first; one for each kind
 * of name.
 */
export function matchesByName(reader: Reader, kind: LookupKind, name: string, limit: number) {
  const { names = [], ...place } = places[kind];
  return names.flatMap((named) => {
    const condition = named(name);
    return condition ? [select(reader, place).where(condition).orderBy(desc(place.id)).limit(limit)] : [];
  });
}
