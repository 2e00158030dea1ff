import type { Client, RouterOutputs } from '@commerce-core/client';
import { Failure } from '../failure.ts';
import type { Happening } from './happenings.ts';

type Order = RouterOutputs['order']['get'];
type Payment = RouterOutputs['payment']['list']['items'][number];
type Parcel = RouterOutputs['shipment']['list']['items'][number]['parcels'][number];

/** How many of the latest orders are looked at, when no order is named. */
const looked = 100;

/**
 * Returns the named order, or the latest one that can have this happen.
 * @throws Failure when there is none
 */
export async function findOrder(
  client: Client,
  name: string,
  { fits }: Happening,
  orderId: string | undefined,
): Promise<Order> {
  if (orderId !== undefined) return client.order.get.query({ orderId });
  const { items } = await client.order.list.query({ limit: looked });
  const latest = items.find(fits);
  if (latest) return client.order.get.query({ orderId: latest.id });
  throw new Failure(`None of the latest ${looked} orders can have ${name}. Name one by --order, or make one first.`);
}

/**
 * Returns the attempt to pay an order that the shopper can go on with; begins one at `provider` when there is none.
 */
export async function attemptOf(client: Client, { id: orderId }: Order, provider: string): Promise<Payment> {
  const { items } = await client.payment.list.query({ orderId });
  const live = items.find(({ status }) => ['CREATED', 'PENDING', 'AUTHORIZED'].includes(status));
  return live ?? client.payment.create.mutate({ orderId, provider });
}

/**
 * Returns the payment that took an order's money.
 * @throws Failure when the order has none
 */
export async function chargeOf(client: Client, { id: orderId, number }: Order): Promise<Payment> {
  const { items } = await client.payment.list.query({ orderId });
  const charge =
    items.find(({ capturedAmount }) => capturedAmount > 0) ?? items.find(({ status }) => status === 'REVIEW');
  if (charge) return charge;
  throw new Failure(
    `No money was taken for the order ${number}. ` +
      `Pay it first: \`commerce trigger payment.captured --order ${number}\`.`,
  );
}

/**
 * Returns the latest parcel of an order that is on its way.
 * @throws Failure when there is none
 */
export async function parcelOf(client: Client, { id: orderId, number }: Order): Promise<Parcel> {
  const { items } = await client.shipment.list.query({ orderId });
  const parcel = items.flatMap(({ parcels }) => parcels).findLast(({ tracking }) => tracking !== 'DELIVERED');
  if (parcel) return parcel;
  throw new Failure(
    `No parcel of the order ${number} is on its way. Send one: ` +
      `\`commerce shipments dispatch SHIPMENT CARRIER TRACKING-NUMBER\`.`,
  );
}
