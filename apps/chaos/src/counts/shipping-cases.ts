import type { RunningShop } from '../setup/shop.ts';
import type { Entry } from '../shop/call.ts';
import type { World } from '../shop/world.ts';
import { present } from '../present.ts';
import type { Count } from './count.ts';

const count = (rows: string) => `select count(*) from ${rows}`;
const ofEvent = (type: string) => count(`commerce.events where type = '${type}'`);
const lineOf = (kind: string) => count(`commerce.order_lines where kind = '${kind}'`);

/** The cases of prices, shipping and returns that the shop's tables show, each with a query that counts it. */
const queries: Record<string, string> = {
  'an order without an account': count("commerce.orders where customer_id like 'guest:%'"),
  'an order without an account, paid': count(
    `commerce.orders o where customer_id like 'guest:%'
      and exists (select from commerce.payments p where p.order_id = o.id and p.captured_amount > 0)`,
  ),
  'an order with a shipping option': count('commerce.orders where shipping_option_id is not null'),
  'free shipping': `${lineOf('SHIPPING')} and amount = 0`,
  'an order with a discount': lineOf('DISCOUNT'),
  'an order with a tax': lineOf('TAX'),
  'a shipment split': ofEvent('shipment.split'),
  'two shipments merged': ofEvent('shipment.merged'),
  'a parcel': count('commerce.parcels'),
  'a shipment in several parcels': `select count(*) from (
    select from commerce.parcels group by shipment_id having count(*) > 1) several`,
  'a parcel that its carrier tracks': count('commerce.parcels where provider is not null'),
  'a tracking number used again': `select count(*) from (
    select from commerce.parcels group by carrier, tracking_number having count(*) > 1) again`,
  'a corrected tracking number': ofEvent('parcel.corrected'),
  'a shipment that came back': ofEvent('shipment.returned'),
  "a carrier's message": count('commerce.tracking_messages'),
  "a carrier's message before its parcel: retried": count(
    "commerce.tracking_messages where outcome = 'APPLIED' and attempts > 1",
  ),
  'a checkpoint that moved its parcel': count("commerce.tracking_events where effect = 'moved'"),
  'a checkpoint that a later one had overtaken': count(
    `commerce.tracking_events a where effect = 'recorded' and exists (select from commerce.tracking_events b
      where b.parcel_id = a.parcel_id and b.occurred_at > a.occurred_at and b.received_at <= a.received_at)`,
  ),
  'a parcel delivered by its carrier': count("commerce.parcels where provider is not null and tracking = 'DELIVERED'"),
  'units of an order canceled': ofEvent('order.lines_canceled'),
  'a capture when the first parcel left': count("commerce.payments where capture = 'DISPATCH' and status = 'CAPTURED'"),
  'a return requested': ofEvent('return.requested'),
  'a return declined': ofEvent('return.declined'),
  'a return canceled': ofEvent('return.canceled'),
  'units received': ofEvent('return.received'),
  'units received and written off': count('commerce.return_lines where written_off_qty > 0'),
  'a return of goods that were kept': count("commerce.returns where goods = 'KEPT'"),
  'a return refunded': count('commerce.refunds where return_id is not null'),
  'units of a return sent once more': count('commerce.return_lines where replaced_qty > 0'),
  'a return exchanged': ofEvent('return.exchanged'),
  'an exchange that costs more': count(
    'commerce.orders o join commerce.return_credits c on c.order_id = o.id where o.total_amount > 0',
  ),
  'an exchange that costs less: the rest refunded': `${ofEvent('return.exchanged')}
    and payload ->> 'refundId' is not null`,
  'an unpaid exchange: the units are owed again': ofEvent('return.credit_released'),
  'a credit given back': ofEvent('return.credit_refunded'),
  'a return closed': ofEvent('return.closed'),
};

/** Counts how often each case of prices, shipping and returns occurred. */
export async function countShippingCases(
  { database }: Pick<RunningShop, 'database'>,
  { ledger, scans }: Pick<World, 'ledger' | 'scans'>,
): Promise<Count[]> {
  const refused = (procedure: string, code: string) =>
    [...ledger.values()].filter((entry: Entry) => entry.procedure === procedure && isRefused(entry, code)).length;
  const inTables = await Promise.all(
    Object.entries(queries).map(async ([what, text]) => ({
      what,
      count: present((await database.query<{ count: number }>(text))[0]).count,
    })),
  );
  return [
    ...inTables,
    { what: "a carrier's message twice: the first outcome", count: scans.filter(isRepeated).length },
    { what: "a carrier's message that was lost", count: scans.filter(({ attempts }) => attempts.length === 0).length },
    { what: 'a total that the shopper has not seen: refused', count: refused('order.create', 'total_changed') },
    { what: 'more units than have left: refused', count: refused('return.request', 'units_not_returnable') },
  ];
}

const isRefused = ({ answer }: Entry, code: string): boolean => !answer.ok && answer.code === code;
const isRepeated = ({ attempts }: World['scans'][number]): boolean => attempts.some(({ duplicate }) => duplicate);
