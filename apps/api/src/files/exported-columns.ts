import type { Commerce } from '@commerce-core/core';
import type { Columns } from './csv-rows.ts';

type ItemOf<M extends 'exportOrders' | 'exportStock'> =
  ReturnType<Commerce[M]> extends AsyncGenerator<(infer R)[]> ? R : never;

/** An order without its lines. */
export type ExportedOrder = ItemOf<'exportOrders'>;
/** A product's stock with its SKU and name. */
export type ExportedStock = ItemOf<'exportStock'>;

/** The columns of exported orders. `totalAmount` is in minor units of `currency`. */
export const orderColumns: Columns<ExportedOrder> = {
  id: ({ id }) => id,
  number: ({ number }) => number,
  status: ({ status }) => status,
  fulfillmentStatus: ({ fulfillmentStatus }) => fulfillmentStatus,
  totalAmount: ({ totalAmount }) => totalAmount,
  currency: ({ currency }) => currency,
  customerId: ({ customerId }) => customerId,
  reference: ({ reference }) => reference,
  contactName: ({ contact }) => contact?.name,
  contactEmail: ({ contact }) => contact?.email,
  contactPhone: ({ contact }) => contact?.phone,
  addressName: ({ shippingAddress }) => shippingAddress?.name,
  addressLine1: ({ shippingAddress }) => shippingAddress?.line1,
  addressLine2: ({ shippingAddress }) => shippingAddress?.line2,
  addressCity: ({ shippingAddress }) => shippingAddress?.city,
  addressRegion: ({ shippingAddress }) => shippingAddress?.region,
  addressPostalCode: ({ shippingAddress }) => shippingAddress?.postalCode,
  addressCountry: ({ shippingAddress }) => shippingAddress?.country,
  addressPhone: ({ shippingAddress }) => shippingAddress?.phone,
  shippingOptionId: ({ shippingOptionId }) => shippingOptionId,
  reservationStatus: ({ reservationStatus }) => reservationStatus,
  reservedUntil: ({ reservedUntil }) => reservedUntil,
  attentionReasons: ({ attentionReasons }) => attentionReasons?.join(' '),
  metadata: ({ metadata }) => metadata && JSON.stringify(metadata),
  version: ({ version }) => version,
  createdAt: ({ createdAt }) => createdAt,
  updatedAt: ({ updatedAt }) => updatedAt,
};

/** The columns of exported stock, in units. */
export const stockColumns: Columns<ExportedStock> = {
  sku: ({ sku }) => sku,
  name: ({ name }) => name,
  productId: ({ productId }) => productId,
  availableQty: ({ availableQty }) => availableQty,
  reservedQty: ({ reservedQty }) => reservedQty,
  sellableQty: ({ sellableQty }) => sellableQty,
  unshippedQty: ({ unshippedQty }) => unshippedQty,
  shelfQty: ({ shelfQty }) => shelfQty,
  archivedAt: ({ archivedAt }) => archivedAt,
};
