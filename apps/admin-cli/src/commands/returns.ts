import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption, LineUnits } from '../command.ts';
import { addCommand, addLine } from '../command.ts';
import { connect } from '../connection.ts';
import { Failure } from '../failure.ts';
import { addListCommand } from '../list-command.ts';
import { printReturn, returnColumns, type Return } from '../show/return.ts';
import { RepeatableOption } from '../strict-command.ts';
import { addExchangeCommands } from './returns/return-exchange.ts';
import { addReturnMoneyCommands } from './returns/return-money.ts';

const order = '0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90';
const aReturn = '0199d3c4-c0de-7e11-9a2b-6f7081920a1b';
const statuses: readonly Return['status'][] = ['REQUESTED', 'APPROVED', 'RECEIVED', 'CLOSED', 'DECLINED', 'CANCELED'];
const faults: readonly Return['fault'][] = ['SHOP', 'CUSTOMER', 'CARRIER'];

type RequestOptions = JsonOption & { line: LineUnits[]; fault?: Return['fault']; kept?: true; reason?: string };

type ListedReturn = RouterOutputs['return']['list']['items'][number];

export function addReturnCommands(returns: Command, context: CommandContext): void {
  addReadCommands(returns, context);
  addRequestCommand(returns, context);
  addDecisionCommands(returns, context);
  addReceiveCommand(returns, context);
  addReturnMoneyCommands(returns, context);
  addExchangeCommands(returns, context);
  addEndCommands(returns, context);
}

function addReadCommands(returns: Command, context: CommandContext): void {
  addListCommand<ListedReturn, { status?: Return['status']; order?: string; oldest?: true }>(returns, context, {
    usage: 'list',
    summary: 'list returns, the latest first',
    examples: ['returns list', 'returns list --status REQUESTED', `returns list --order ${order}`],
    addFilters: (command) =>
      command
        .addOption(new Option('--status <status>', 'only those with this status').choices(statuses))
        .option('--order <order>', 'only those of this order')
        .option('--oldest', 'the oldest first'),
    reader: (client, options) => (range) =>
      client.return.list.query({
        status: options.status,
        orderId: options.order,
        sort: options.oldest ? 'createdAt' : '-createdAt',
        ...range,
      }),
    columns: [{ head: 'ORDER', value: ({ orderNumber }) => orderNumber }, ...returnColumns],
    empty: 'There are no such returns.',
  });

  addCommand(returns, 'show <return>', 'show a return with its lines', [`returns show ${aReturn}`]).action(
    async (returnId: string, options: JsonOption) => {
      const { client } = connect(context);
      printReturn(context, await client.return.get.query({ returnId }), options);
    },
  );
}

function addRequestCommand(returns: Command, context: CommandContext): void {
  addCommand(returns, 'request <order>', 'request the return of units that have left', [
    `returns request ${order} --line 1:2`,
    `returns request ${order} --line 1:1 --kept`,
  ])
    .addOption(
      new RepeatableOption('--line <line:units>', 'so many units of a line; again for another line')
        .argParser(addLine)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--fault <fault>', 'whose fault it is; the customer’s by default').choices(faults))
    .option('--kept', 'nothing comes back: it was damaged or lost')
    .option('--reason <reason>', 'why')
    .action(async (orderId: string, { line, fault, kept, reason, ...options }: RequestOptions) => {
      const { client } = connect(context);
      const goods = kept ? ('KEPT' as const) : ('EXPECTED' as const);
      const request = { orderId, lines: line, fault, goods, reason };
      printReturn(context, await client.return.request.mutate(request), options);
    });
}

function addDecisionCommands(returns: Command, context: CommandContext): void {
  type ApproveOptions = JsonOption & { fault?: Return['fault'] };
  addCommand(
    returns,
    'approve <return> [carrier] [tracking-number]',
    'agree to a return; with its label, if it has one',
    [`returns approve ${aReturn}`, `returns approve ${aReturn} DHL 4713 --fault SHOP`],
  )
    .addOption(new Option('--fault <fault>', 'whose fault it is, in place of the requested one').choices(faults))
    .action(
      async (
        returnId: string,
        carrier: string | undefined,
        trackingNumber: string | undefined,
        { fault, ...options }: ApproveOptions,
      ) => {
        const { client } = connect(context);
        const approval = { returnId, carrier, trackingNumber, fault };
        printReturn(context, await client.return.approve.mutate(approval), options);
      },
    );

  addCommand(
    returns,
    'decline <return>',
    'refuse a return',
    [`returns decline ${aReturn}`, `returns decline ${aReturn} --reason "was worn"`],
    'Declines the return',
  )
    .option('--reason <reason>', 'why')
    .action(async (returnId: string, { reason, ...options }: JsonOption & { reason?: string }) => {
      const { client } = connect(context);
      printReturn(context, await client.return.decline.mutate({ returnId, reason }), options);
    });
}

type ReceiveOptions = JsonOption & { restock?: LineUnits[]; writeOff?: LineUnits[]; missing?: LineUnits[] };

function addReceiveCommand(returns: Command, context: CommandContext): void {
  const unitsOption = (flags: string, text: string) => new RepeatableOption(flags, text).argParser(addLine);
  addCommand(returns, 'receive <return>', 'note what came back, in as many steps as it comes', [
    `returns receive ${aReturn} --restock 1:2`,
    `returns receive ${aReturn} --write-off 1:1`,
  ])
    .addOption(unitsOption('--restock <line:units>', 'units that are for sale again; again for another line'))
    .addOption(unitsOption('--write-off <line:units>', 'units that can not be sold'))
    .addOption(unitsOption('--missing <line:units>', 'units that did not come'))
    .action(async (returnId: string, { restock = [], writeOff = [], missing = [], ...options }: ReceiveOptions) => {
      const all = { restockQty: restock, writeOffQty: writeOff, missingQty: missing };
      const lines = [...new Set([...restock, ...writeOff, ...missing].map(({ lineNo }) => lineNo))].map((lineNo) => {
        const unitsIn = (units: readonly LineUnits[]) =>
          units.filter((one) => one.lineNo === lineNo).reduce((sum, { quantity }) => sum + quantity, 0);
        return {
          lineNo,
          restockQty: unitsIn(all.restockQty),
          writeOffQty: unitsIn(all.writeOffQty),
          missingQty: unitsIn(all.missingQty),
        };
      });
      if (lines.length === 0)
        throw new Failure('Say what came back by --restock, --write-off or --missing, for instance --restock 1:2.', 2);
      const { client } = connect(context);
      printReturn(context, await client.return.receive.mutate({ returnId, lines }), options);
    });
}

function addEndCommands(returns: Command, context: CommandContext): void {
  addCommand(
    returns,
    'close <return>',
    'end a return; units that did not come count as missing',
    [`returns close ${aReturn}`],
    'Ends the return',
  ).action(async (returnId: string, options: JsonOption) => {
    const { client } = connect(context);
    printReturn(context, await client.return.close.mutate({ returnId }), options);
  });

  addCommand(
    returns,
    'cancel <return>',
    'give up a return that nothing came of',
    [`returns cancel ${aReturn}`],
    'Gives the return up',
  ).action(async (returnId: string, options: JsonOption) => {
    const { client } = connect(context);
    printReturn(context, await client.return.cancel.mutate({ returnId }), options);
  });
}
