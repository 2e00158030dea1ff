import type { RunningShop } from '../setup/shop.ts';
import { present } from '../present.ts';

type ShipmentRow = { id: string; status: string; trackingNumbers: string[] };
type ParcelRow = { id: string; tracking: string; trackingNumber: string };
type ReturnRow = { id: string; status: string; lines: { lineNo: number; quantity: number }[] };

/** What the shop has of shipments and returns after the run, by id. */
export type Fulfillment = {
  shipments: Map<string, ShipmentRow>;
  parcels: Map<string, ParcelRow>;
  returns: Map<string, ReturnRow>;
  /** The refunds that returns have requested. */
  returnRefunds: string[];
  /** The refunds that canceled units, exchanges and credits have requested. */
  otherRefunds: string[];
  /** The orders that returns pay for. */
  exchangeOrders: string[];
};

const byId = <T extends { id: string }>(rows: readonly T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.id, row]));

/** SQL: the ids of refunds that were requested by the way, and not by a call of their own. */
const refundsOfEvents = `select payload ->> 'refundId' as id from commerce.events
  where type in ('order.lines_canceled', 'return.exchanged', 'return.credit_refunded')
    and payload ->> 'refundId' is not null`;

/** Reads the shipments, parcels and returns. */
export async function readFulfillment({ query }: RunningShop['database']): Promise<Fulfillment> {
  const ids = async (text: string) => (await query<{ id: string }>(text)).map(({ id }) => id);
  return {
    shipments: byId(
      await query<ShipmentRow>(`
        select id, status, array(select p.tracking_number from commerce.parcels p where p.shipment_id = s.id
          order by p.id)
          as "trackingNumbers" from commerce.shipments s`),
    ),
    parcels: byId(
      await query<ParcelRow>('select id, tracking, tracking_number as "trackingNumber" from commerce.parcels'),
    ),
    returns: byId(
      await query<ReturnRow>(`
        select id, status, (select json_agg(json_build_object('lineNo', line_no, 'quantity', requested_qty)
          order by line_no)
          from commerce.return_lines l where l.return_id = r.id) as lines from commerce.returns r`),
    ),
    returnRefunds: await ids(
      `select id from commerce.refunds where return_id is not null and id::text not in (${refundsOfEvents})`,
    ),
    otherRefunds: await ids(refundsOfEvents),
    exchangeOrders: await ids('select order_id as id from commerce.return_credits'),
  };
}

/** An acknowledged call: its procedure and input, and the id that was returned. */
export type AcknowledgedCall = { procedure: string; id: string; asked: Record<string, any> };

/**
 * Whether an acknowledged call about shipments, parcels or a return is true; undefined for one about something else.
 */
export function isFulfilled(call: AcknowledgedCall, rows: Fulfillment): boolean | undefined {
  if (call.procedure.startsWith('return.')) return isTrueOfReturn(call, rows);
  const { procedure, id, asked } = call;
  const { shipments, parcels } = rows;
  switch (procedure) {
    case 'shipment.split':
      return shipments.has(id);
    case 'shipment.merge':
      return shipments.get(asked['shipmentId'])?.status === 'CANCELED';
    case 'shipment.dispatch':
      return numbersOf(asked).toString() === shipments.get(id)?.trackingNumbers.map(corrected).toString();
    case 'shipment.markInTransit':
      return !['READY', 'CANCELED', 'SHIPPED'].includes(present(shipments.get(id)).status);
    case 'shipment.markReturned':
      return shipments.get(id)?.status === 'RETURNED';
    case 'shipment.deliver':
      return shipments.get(id)?.status === 'DELIVERED';
    case 'parcel.deliver':
      return parcels.get(asked['parcelId'])?.tracking === 'DELIVERED';
    case 'parcel.correct':
      return parcels.get(asked['parcelId'])?.trackingNumber === asked['trackingNumber'];
    // The check of the units adds up what was canceled.
    case 'order.cancelLines':
      return true;
    default:
      return undefined;
  }
}

/** A number without the mistake that an operator may have corrected. */
const corrected = (trackingNumber: string): string => trackingNumber.replace('UNKNOWN ', '');

const numbersOf = (asked: Record<string, any>): string[] =>
  ((asked['parcels'] ?? [asked]) as { trackingNumber: string }[]).map((parcel) => corrected(parcel.trackingNumber));

function isTrueOfReturn({ procedure, id, asked }: AcknowledgedCall, { returns }: Fulfillment): boolean | undefined {
  const { status, lines } = returns.get(id) ?? {};
  switch (procedure) {
    case 'return.request':
      return JSON.stringify(lines) === JSON.stringify(asked['lines']);
    case 'return.approve':
      return status !== undefined && ['APPROVED', 'RECEIVED', 'CLOSED', 'CANCELED'].includes(status);
    case 'return.decline':
      return status === 'DECLINED';
    case 'return.cancel':
      return status === 'CANCELED';
    case 'return.close':
      return status === 'CLOSED';
    // The check of the units adds up what was received and replaced, and each refund is found by its key.
    case 'return.receive':
    case 'return.replace':
    case 'return.refund':
    // The checks of the books and of the doctor find a credit that isn't given back.
    case 'return.refundCredit':
      return true;
    default:
      return undefined;
  }
}
