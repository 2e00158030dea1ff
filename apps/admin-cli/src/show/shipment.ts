import type { RouterOutputs } from '@commerce-core/client';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { formatTime, print } from '../output.ts';
import { renderRecord, type Column, type Screen } from '../table.ts';

export type Shipment = RouterOutputs['shipment']['deliver'];
type Parcel = Shipment['parcels'][number];

export function unitsOf({ lines }: Shipment): string {
  return String(lines.reduce((sum, { quantity }) => sum + quantity, 0));
}

const numberOf = ({ carrier, trackingNumber }: Pick<Parcel, 'carrier' | 'trackingNumber'>): string =>
  `${carrier} ${trackingNumber}`;

/** The carrier and number of each parcel. */
export const trackingOf = ({ parcels }: Shipment): string => parcels.map(numberOf).join(', ');

export const shipmentColumns: Column<Shipment>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'STATUS', value: ({ status }) => status },
  { head: 'UNITS', value: unitsOf, align: 'right' },
  { head: 'TRACKING', value: trackingOf, wraps: true },
  { head: 'SHIPPED', value: ({ shippedAt }) => (shippedAt ? formatTime(shippedAt) : ''), ifRoom: true },
  { head: 'DELIVERED', value: ({ deliveredAt }) => (deliveredAt ? formatTime(deliveredAt) : ''), ifRoom: true },
];

/** A parcel with the id of its shipment. */
export type ShownParcel = Parcel & { shipmentId: string };

export const parcelsOf = (shipments: readonly Shipment[]): ShownParcel[] =>
  shipments.flatMap(({ id: shipmentId, parcels }) => parcels.map((parcel) => ({ ...parcel, shipmentId })));

export const parcelColumns: Column<ShownParcel>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'STATUS', value: ({ tracking }) => tracking },
  { head: 'TRACKING', value: numberOf, wraps: true },
  { head: 'SHIPMENT', value: ({ shipmentId }) => shipmentId, ifRoom: true },
  { head: 'PAGE', value: ({ trackingUrl }) => trackingUrl ?? '', ifRoom: true },
];

export function printShipment(context: CommandContext, shipment: Shipment, options: JsonOption): void {
  print(context, shipment, options, (screen) =>
    renderRecord(
      [
        ['shipment', shipment.id],
        ['order', shipment.orderId],
        ['status', shipment.status],
        ['units', unitsOf(shipment)],
        ...shipment.parcels.map((parcel) => ['parcel', lineOf(parcel)] as const),
        ['shipped', shipment.shippedAt && formatTime(shipment.shippedAt)],
        ['delivered', shipment.deliveredAt && formatTime(shipment.deliveredAt)],
      ],
      screen,
    ),
  );
}

const lineOf = (parcel: Parcel): string =>
  [parcel.id, parcel.tracking, numberOf(parcel), parcel.trackingUrl].filter(Boolean).join('  ');

/** Renders a parcel with what operators need to know of its provider. */
export function renderParcel(parcel: RouterOutputs['parcel']['get'], screen: Screen): string {
  const time = (value: string | null) => value && formatTime(value);
  return renderRecord(
    [
      ['parcel', parcel.id],
      ['order', parcel.orderId],
      ['shipment', parcel.shipmentId],
      ['number', numberOf(parcel)],
      ['page', parcel.trackingUrl],
      ['tracking', parcel.troubled ? `${parcel.tracking}, needs attention` : parcel.tracking],
      ['last reported', time(parcel.checkpointAt)],
      ['delivered', time(parcel.deliveredAt)],
      ['tracked by', parcel.provider],
      ["provider's id", parcel.providerRef],
      ['registered', time(parcel.registeredAt)],
      ['failure', parcel.failureCode],
      ['asked next', time(parcel.nextPollAt)],
      ['dispatched', formatTime(parcel.createdAt)],
    ],
    screen,
  );
}
