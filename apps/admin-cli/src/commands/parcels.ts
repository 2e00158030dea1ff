import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand, addGroup } from '../command.ts';
import { connect } from '../connection.ts';
import { printShipment } from '../shipment.ts';

const parcel = '0199d3c4-a1b2-7c33-8d44-5e66f7a8b9c0';

export function addParcelCommands(program: Command, context: CommandContext): void {
  const parcels = addGroup(program, 'parcels', 'follow the parcels of shipments that have left');

  addCommand(parcels, 'deliver <parcel>', 'note that one parcel arrived; the last one delivers its shipment', [
    `parcels deliver ${parcel}`,
  ]).action(async (parcelId: string, options: JsonOption) => {
    const { client } = connect(context);
    printShipment(context, await client.parcel.deliver.mutate({ parcelId }), options);
  });

  addCommand(parcels, 'correct <parcel> <tracking-number>', 'correct the number of a parcel; its journey starts over', [
    `parcels correct ${parcel} 4712`,
    `parcels correct ${parcel} 4712 --carrier UPS`,
  ])
    .option('--carrier <carrier>', 'another carrier, too')
    .action(async (parcelId: string, trackingNumber: string, options: JsonOption & { carrier?: string }) => {
      const { client } = connect(context);
      const { carrier } = options;
      printShipment(context, await client.parcel.correct.mutate({ parcelId, carrier, trackingNumber }), options);
    });
}
