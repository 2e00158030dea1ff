import type { Command } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import type { JsonOption, LineUnits } from '../../command.ts';
import { addCommand, addLine } from '../../command.ts';
import { connect } from '../../connection.ts';
import { note } from '../../output.ts';
import { printReturn, printReturnPrice } from '../../show/return.ts';
import { RepeatableOption } from '../../strict-command.ts';
import { feeOption, parseFees, type Fee } from './return-fees.ts';

const aReturn = '0199d3c4-c0de-7e11-9a2b-6f7081920a1b';
const begunReturn = '0199d3c4-c0de-7e11';
const begunShipment = '0199d3c4-9b3d-7d8a';

type PriceOptions = JsonOption & { fee?: Fee[] };

/** Adds the commands for what a customer gets for a return: money or the same goods once more. */
export function addReturnMoneyCommands(returns: Command, context: CommandContext): void {
  addPreviewReturn(returns, context);
  addRefundReturn(returns, context);
  addReplaceReturn(returns, context);
  addCancelReplacement(returns, context);
}

function addPreviewReturn(returns: Command, context: CommandContext): void {
  addCommand(returns, 'preview <return>', 'show what a refund would send back now, and change nothing', [
    `returns preview ${aReturn}`,
    `returns preview ${aReturn} --fee "Label:4.90"`,
  ])
    .addOption(feeOption())
    .action(async (returnId: string, { fee, ...options }: PriceOptions) => {
      const { client } = connect(context);
      const fees = await parseFees(client, returnId, fee);
      printReturnPrice(context, await client.return.preview.query({ returnId, fees }), options);
    });
}

function addRefundReturn(returns: Command, context: CommandContext): void {
  addCommand(
    returns,
    'refund <return>',
    'send back what was paid for the units that came, less fees',
    [`returns refund ${aReturn}`, `returns refund ${aReturn} --fee "Label:4.90"`],
    'Sends back what was paid for the units that came',
  )
    .addOption(feeOption())
    .option('--despite-dispute', 'also what an open dispute is about')
    .action(async (returnId: string, { fee, despiteDispute, ...options }: PriceOptions & { despiteDispute?: true }) => {
      const { client } = connect(context);
      const fees = await parseFees(client, returnId, fee);
      const { orderVersion: expectedVersion } = await client.return.preview.query({ returnId, fees });
      const refund = await client.return.refund.mutate({ returnId, fees, expectedVersion, despiteDispute });
      printReturnPrice(context, refund, options);
      if (!options.json) note(context, refundNote(refund));
    });
}

function addReplaceReturn(returns: Command, context: CommandContext): void {
  addCommand(returns, 'replace <return>', 'send units once more, in a shipment of their own', [
    `returns replace ${aReturn} --line 1:1`,
  ])
    .addOption(
      new RepeatableOption('--line <line:units>', 'so many units of a line; again for another line')
        .argParser(addLine)
        .makeOptionMandatory(),
    )
    .action(async (returnId: string, { line, ...options }: JsonOption & { line: LineUnits[] }) => {
      const { client } = connect(context);
      printReturn(context, await client.return.replace.mutate({ returnId, lines: line }), options);
    });
}

function addCancelReplacement(returns: Command, context: CommandContext): void {
  addCommand(
    returns,
    'cancel-replacement <return> <shipment>',
    'keep a replacement that has not left; the return owes its units again',
    [`returns cancel-replacement ${begunReturn} ${begunShipment}`],
  ).action(async (returnId: string, shipmentId: string, options: JsonOption) => {
    const { client } = connect(context);
    printReturn(context, await client.return.cancelReplacement.mutate({ returnId, shipmentId }), options);
  });
}

/** Says what becomes of a refund of a return. */
function refundNote({ refundId, amount }: { refundId: string | null; amount: number }): string {
  if (refundId !== null) return 'The gateway is asked for it now; `refunds list` tells when it has SUCCEEDED.';
  if (amount === 0) return 'Nothing goes back, and these units are settled: `returns close` ends the return.';
  return 'Nothing is sent back: this much less is captured, or asked for by a new attempt to pay.';
}
