import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { addListCommand } from '../list-command.ts';
import { connect } from '../connection.ts';
import { formatTime, print } from '../output.ts';
import { printShipment, renderParcel } from '../show/shipment.ts';
import type { Column } from '../table.ts';

const parcel = '0199d3c4-a1b2-7c33-8d44-5e66f7a8b9c0';

export function addParcelCommands(parcels: Command, context: CommandContext): void {
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

  addCommand(parcels, 'show <parcel>', 'show a parcel: where it is, and who tracks it', [
    `parcels show ${parcel}`,
  ]).action(async (parcelId: string, options: JsonOption) => {
    const { client } = connect(context);
    const shown = await client.parcel.get.query({ parcelId });
    print(context, shown, options, (screen) => renderParcel(shown, screen));
  });

  addListCommand<Checkpoint, object>(parcels, context, {
    usage: 'history <parcel>',
    summary: 'list what carriers have reported about a parcel, the latest first',
    examples: [`parcels history ${parcel}`],
    reader: (client, _options, parcelId) => (range) => client.parcel.history.query({ parcelId, ...range }),
    columns: checkpointColumns,
    empty: 'No carrier has reported anything about this parcel.',
  });

  addCommand(parcels, 'track <parcel>', 'have the provider that tracks a parcel told and asked about it now', [
    `parcels track ${parcel}`,
  ]).action(async (parcelId: string, options: JsonOption) => {
    const { client } = connect(context);
    printShipment(context, await client.parcel.track.mutate({ parcelId }), options);
  });
}

type Checkpoint = RouterOutputs['parcel']['history']['items'][number];

const checkpointColumns: Column<Checkpoint>[] = [
  { head: 'HAPPENED', value: ({ occurredAt, receivedAt }) => formatTime(occurredAt ?? receivedAt) },
  { head: 'STATUS', value: ({ tracking }) => tracking },
  { head: 'EFFECT', value: ({ effect }) => effect },
  { head: 'DETAIL', value: ({ detail }) => detail ?? '', wraps: true },
  { head: 'PROVIDER', value: ({ provider }) => provider, ifRoom: true },
  { head: 'TRACKING', value: ({ carrier, trackingNumber }) => `${carrier} ${trackingNumber}`, ifRoom: true },
];
