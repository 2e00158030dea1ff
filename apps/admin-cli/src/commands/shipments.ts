import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption, LineUnits } from '../command.ts';
import { addCommand, addLine } from '../command.ts';
import { addListCommand } from '../list-command.ts';
import { connect } from '../connection.ts';
import { Failure } from '../failure.ts';
import { printPage } from '../output.ts';
import type { Shipment } from '../show/shipment.ts';
import { printShipment, shipmentColumns } from '../show/shipment.ts';
import { RepeatableOption } from '../strict-command.ts';
import { addPackingCommands } from './shipments/packing.ts';

type Parcel = { carrier: string; trackingNumber: string };

const statuses: readonly Shipment['status'][] = [
  'READY',
  'SHIPPED',
  'IN_TRANSIT',
  'DELIVERED',
  'CANCELED',
  'LOST',
  'RETURNED',
];
const stages = ['ON_ITS_WAY', 'TROUBLED', 'FAILED'] as const;
const shipment = '0199d3c4-8a2c-7c11-8f3e-5b7d9e1f2a34';
// The beginnings of ids, because a line of the help is at most 90 characters long.
const [begun, otherBegun] = ['0199d3c4-8a2c', '0199d3c4-9b3d'];

export function addShipmentCommands(shipments: Command, context: CommandContext): void {
  addCommand(shipments, 'list <order>', 'list the shipments of an order', [
    'shipments list 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90',
  ]).action(async (orderId: string, options: JsonOption) => {
    const { client } = connect(context);
    const page = await client.shipment.list.query({ orderId });
    printPage(context, page, options, shipmentColumns, 'It has none yet: an order gets its shipment when it is paid.');
  });

  addListCommand<Shipment, { status?: Shipment['status']; stage?: (typeof stages)[number] }>(shipments, context, {
    usage: 'queue',
    summary: 'list the shipments of all orders: those to pack first, the oldest first',
    examples: ['shipments queue', 'shipments queue --status READY --all', 'shipments queue --stage TROUBLED'],
    addFilters: (command) =>
      command
        .addOption(new Option('--status <status>', 'only those with this status').choices(statuses))
        .addOption(new Option('--stage <stage>', 'only those that are so far').choices(stages)),
    reader:
      (client, { status, stage }) =>
      (range) =>
        client.shipment.listAll.query({ status, stage, ...range }),
    columns: [...shipmentColumns, { head: 'ORDER', value: ({ orderId }) => orderId, ifRoom: true }],
    empty: 'There are no such shipments.',
  });

  addPackingCommands(shipments, context);
  addRepackCommands(shipments, context);
  addDispatchCommand(shipments, context);
  addStatusCommands(shipments, context);
}

function addRepackCommands(shipments: Command, context: CommandContext): void {
  addCommand(shipments, 'split <shipment>', 'move units of a READY shipment into a new one; no price changes', [
    `shipments split ${shipment} --line 1:2`,
    `shipments split ${shipment} --line 1:2 --line 3:1`,
  ])
    .addOption(
      new RepeatableOption('--line <line:units>', 'so many units of a line; again for another line')
        .argParser(addLine)
        .makeOptionMandatory(),
    )
    .action(async (shipmentId: string, options: JsonOption & { line: LineUnits[] }) => {
      const { client } = connect(context);
      printShipment(context, await client.shipment.split.mutate({ shipmentId, lines: options.line }), options);
    });

  addCommand(shipments, 'merge <shipment> <into-shipment>', 'move all units of a READY shipment into another one', [
    `shipments merge ${begun} ${otherBegun}`,
  ]).action(async (shipmentId: string, intoShipmentId: string, options: JsonOption) => {
    const { client } = connect(context);
    printShipment(context, await client.shipment.merge.mutate({ shipmentId, intoShipmentId }), options);
  });
}

function addDispatchCommand(shipments: Command, context: CommandContext): void {
  addCommand(shipments, 'dispatch <shipment> [carrier] [tracking-number]', 'hand a shipment to its carriers', [
    `shipments dispatch ${shipment} DHL 4711`,
    `shipments dispatch ${begun} --parcel DHL:4711 --parcel DHL:4712`,
  ])
    .addOption(
      new RepeatableOption(
        '--parcel <carrier:number>',
        'a parcel that it leaves in; again for another parcel',
      ).argParser(addParcel),
    )
    .action(
      async (
        shipmentId: string,
        carrier: string | undefined,
        trackingNumber: string | undefined,
        options: JsonOption & { parcel?: Parcel[] },
      ) => {
        const parcels = parcelsOf(carrier, trackingNumber, options.parcel);
        const { client } = connect(context);
        printShipment(context, await client.shipment.dispatch.mutate({ shipmentId, parcels }), options);
      },
    );
}

function parcelsOf(carrier: string | undefined, trackingNumber: string | undefined, parcels: Parcel[] = []): Parcel[] {
  if (carrier !== undefined && trackingNumber !== undefined) return [{ carrier, trackingNumber }, ...parcels];
  if (carrier === undefined && parcels.length > 0) return parcels;
  throw new Failure('Name the carrier and the number, or each parcel by --parcel, for instance --parcel DHL:4711.', 2);
}

function addParcel(text: string, others: Parcel[] = []): Parcel[] {
  const at = text.indexOf(':');
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError('Write the carrier and the number, for instance DHL:4711.');
  return [...others, { carrier: text.slice(0, at), trackingNumber: text.slice(at + 1) }];
}

function addStatusCommands(shipments: Command, context: CommandContext): void {
  addCommand(shipments, 'in-transit <shipment>', 'note that the carrier has a shipment on its way', [
    `shipments in-transit ${shipment}`,
  ]).action(async (shipmentId: string, options: JsonOption) => {
    const { client } = connect(context);
    printShipment(context, await client.shipment.markInTransit.mutate({ shipmentId }), options);
  });

  addCommand(shipments, 'deliver <shipment>', 'note that a shipment arrived, with all its parcels', [
    `shipments deliver ${shipment}`,
  ]).action(async (shipmentId: string, options: JsonOption) => {
    const { client } = connect(context);
    printShipment(context, await client.shipment.deliver.mutate({ shipmentId }), options);
  });

  addCommand(
    shipments,
    'lost <shipment>',
    'note that a shipment was lost; its order needs attention',
    [`shipments lost ${shipment}`],
    'Counts the shipment as lost',
  ).action(async (shipmentId: string, options: JsonOption) => {
    const { client } = connect(context);
    printShipment(context, await client.shipment.markLost.mutate({ shipmentId }), options);
  });

  addCommand(
    shipments,
    'returned <shipment>',
    'note that a shipment came back; its order needs attention',
    [`shipments returned ${shipment}`],
    'Counts the shipment as returned',
  ).action(async (shipmentId: string, options: JsonOption) => {
    const { client } = connect(context);
    printShipment(context, await client.shipment.markReturned.mutate({ shipmentId }), options);
  });
}
