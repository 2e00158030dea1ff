import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import { addCommand, type JsonOption } from '../../command.ts';
import { connect } from '../../connection.ts';
import { Failure } from '../../failure.ts';
import { formatTime, print, printPage } from '../../output.ts';
import { shipmentColumns } from '../../show/shipment.ts';
import { renderRecord, renderTable, type Column, type Screen } from '../../table.ts';

type Slip = RouterOutputs['shipment']['packingSlips']['items'][number];

const shipment = '0199d3c4-8a2c-7c11-8f3e-5b7d9e1f2a34';

export function addPackingCommands(shipments: Command, context: CommandContext): void {
  addCommand(shipments, 'slip <shipment>', 'show what to pack for a shipment, and where it goes', [
    `shipments slip ${shipment}`,
  ]).action(async (shipmentId: string, options: JsonOption) => {
    const { client } = connect(context);
    const { items } = await client.shipment.packingSlips.query({ shipmentIds: [shipmentId] });
    const [slip] = items;
    if (!slip) throw new Failure(`There is no shipment ${shipmentId}.`);
    print(context, slip, options, (screen) => renderSlip(slip, screen));
  });

  addCommand(shipments, 'find <name>', 'find shipments by their order or by a tracking number', [
    'shipments find 4F7K-29QD',
    'shipments find JD014600006281230704',
  ]).action(async (name: string, options: JsonOption) => {
    const { client } = connect(context);
    const [found] = (await client.shipment.find.query({ names: [name] })).items;
    const page = { items: found?.shipments ?? [], nextCursor: null };
    printPage(context, page, options, [...shipmentColumns, orderColumn], 'Nothing has that name.');
  });
}

const orderColumn: Column<{ orderNumber: string }> = { head: 'ORDER', value: ({ orderNumber }) => orderNumber };

const lineColumns: Column<Slip['lines'][number]>[] = [
  { head: 'LINE', value: ({ lineNo }) => String(lineNo), align: 'right' },
  { head: 'UNITS', value: ({ quantity }) => String(quantity), align: 'right' },
  { head: 'SKU', value: ({ sku }) => sku ?? '' },
  { head: 'NAME', value: ({ name }) => name, wraps: true },
];

function renderSlip(slip: Slip, screen: Screen): string {
  const { shippingAddress: to, part, parts } = slip;
  const place = [to?.line1, to?.line2, to?.city, to?.region, to?.postalCode, to?.country].filter(Boolean).join(', ');
  const record = renderRecord(
    [
      ['shipment', slip.shipmentId],
      ['order', slip.orderNumber],
      ['status', slip.status],
      ['part', part === null ? 'a replacement' : `${part} of ${parts}`],
      ['ordered', formatTime(slip.orderedAt)],
      ['reference', slip.reference],
      ['attention', slip.needsAttention],
      ['name', to?.name ?? null],
      ['address', place || null],
      ...slip.notes.map(({ text }) => ['note', text] as const),
    ],
    screen,
  );
  return `${record}\n\n${renderTable(slip.lines, lineColumns, screen)}`;
}
