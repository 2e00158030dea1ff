import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addGroup, addCommand } from '../command.ts';
import { connect } from '../connection.ts';
import { formatTime, print, printPage } from '../output.ts';
import type { Shipment } from '../shipment.ts';
import { trackingOf, unitsOf } from '../shipment.ts';
import type { Column } from '../table.ts';
import { renderRecord } from '../table.ts';

const columns: Column<Shipment>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'STATUS', value: ({ status }) => status },
  { head: 'UNITS', value: unitsOf, align: 'right' },
  { head: 'TRACKING', value: trackingOf, wraps: true },
  { head: 'SHIPPED', value: ({ shippedAt }) => (shippedAt ? formatTime(shippedAt) : ''), ifRoom: true },
  { head: 'DELIVERED', value: ({ deliveredAt }) => (deliveredAt ? formatTime(deliveredAt) : ''), ifRoom: true },
];

export function addShipmentCommands(program: Command, context: CommandContext): void {
  const shipments = addGroup(program, 'shipments', "move an order's parcels");

  addCommand(shipments, 'list <order>', 'list the parcels of an order', [
    'shipments list 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90',
  ]).action(async (orderId: string, options: JsonOption) => {
    const { client } = connect(context);
    const page = await client.shipment.list.query({ orderId });
    printPage(context, page, options, columns, 'It has none yet: an order gets its parcel when it is paid.');
  });

  addCommand(shipments, 'dispatch <shipment> <carrier> <tracking-number>', 'hand a parcel to its carrier', [
    'shipments dispatch 0199d3c4-8a2c-7c11-8f3e-5b7d9e1f2a34 DHL 4711',
  ]).action(async (shipmentId: string, carrier: string, trackingNumber: string, options: JsonOption) => {
    const { client } = connect(context);
    printShipment(context, await client.shipment.dispatch.mutate({ shipmentId, carrier, trackingNumber }), options);
  });

  addCommand(shipments, 'in-transit <shipment>', 'note that the carrier has a parcel on its way', [
    'shipments in-transit 0199d3c4-8a2c-7c11-8f3e-5b7d9e1f2a34',
  ]).action(async (shipmentId: string, options: JsonOption) => {
    const { client } = connect(context);
    printShipment(context, await client.shipment.markInTransit.mutate({ shipmentId }), options);
  });

  addCommand(shipments, 'deliver <shipment>', 'note that a parcel arrived', [
    'shipments deliver 0199d3c4-8a2c-7c11-8f3e-5b7d9e1f2a34',
  ]).action(async (shipmentId: string, options: JsonOption) => {
    const { client } = connect(context);
    printShipment(context, await client.shipment.deliver.mutate({ shipmentId }), options);
  });
}

function printShipment(context: CommandContext, shipment: Shipment, options: JsonOption): void {
  print(context, shipment, options, (screen) =>
    renderRecord(
      [
        ['shipment', shipment.id],
        ['order', shipment.orderId],
        ['status', shipment.status],
        ['units', unitsOf(shipment)],
        ['tracking', trackingOf(shipment)],
        ['shipped', shipment.shippedAt && formatTime(shipment.shippedAt)],
        ['delivered', shipment.deliveredAt && formatTime(shipment.deliveredAt)],
      ],
      screen,
    ),
  );
}
