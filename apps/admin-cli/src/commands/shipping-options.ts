import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCommand, positiveInteger, type JsonOption } from '../command.ts';
import { connect } from '../connection.ts';
import { addListCommand } from '../list-command.ts';
import { formatMoney, parseCurrency, parseMoney } from '../money.ts';
import { formatTime, print } from '../output.ts';
import { renderRecord, type Column } from '../table.ts';

type ShippingOption = RouterOutputs['shippingOption']['list']['items'][number];

const columns: Column<ShippingOption>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'NAME', value: ({ name }) => name, wraps: true },
  { head: 'PRICE', value: ({ priceAmount, currency }) => formatMoney(priceAmount, currency), align: 'right' },
  { head: 'FREE FROM', value: freeFrom, align: 'right' },
  { head: 'COUNTRIES', value: countriesOf, ifRoom: true },
];

function freeFrom({ freeFromAmount, currency }: ShippingOption): string {
  return freeFromAmount === null ? '' : formatMoney(freeFromAmount, currency);
}

function countriesOf({ countries, archivedAt }: ShippingOption): string {
  return archivedAt ? 'gone' : (countries?.join(' ') ?? 'all');
}

export function addShippingOptionCommands(options: Command, context: CommandContext): void {
  addListCommand<ShippingOption, { archived?: true }>(options, context, {
    usage: 'list',
    summary: 'list the ways of shipping, the latest first',
    examples: ['shipping-options list', 'shipping-options list --archived'],
    addFilters: (command) => command.option('--archived', 'also those that are no longer offered'),
    reader:
      (client, { archived }) =>
      (range) =>
        client.shippingOption.list.query({ includeArchived: archived, ...range }),
    columns,
    empty: 'There are no such shipping options.',
  });

  addCreateOption(options, context);

  addCommand(
    options,
    'archive <option>',
    'offer it no longer; orders that have it keep it',
    ['shipping-options archive 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90'],
    'Takes the shipping option away for good',
  ).action(async (shippingOptionId: string, given: JsonOption) => {
    const { client } = connect(context);
    printOption(context, await client.shippingOption.archive.mutate({ shippingOptionId }), given);
  });
}

function addCreateOption(options: Command, context: CommandContext): void {
  addCommand(options, 'create <name> <price> <currency>', 'offer another way of shipping', [
    'shipping-options create Standard 4.90 EUR --free-from 50 --countries DE,AT',
    'shipping-options create "택배" 3000 KRW --countries KR',
  ])
    .option('--free-from <amount>', 'free for orders whose products cost this or more')
    .option('--countries <codes>', 'the countries that it ships to, such as DE,AT; all by default')
    .option('--units-max <n>', 'the most units that an order may have', positiveInteger)
    .action(
      async (
        name: string,
        price: string,
        code: string,
        given: JsonOption & { freeFrom?: string; countries?: string; unitsMax?: number },
      ) => {
        const currency = parseCurrency(code);
        const { freeFrom: limit, countries, unitsMax: productMax } = given;
        const { client } = connect(context);
        const created = await client.shippingOption.create.mutate({
          name,
          priceAmount: parseMoney(price, currency),
          currency,
          freeFromAmount: limit === undefined ? undefined : parseMoney(limit, currency),
          countries: countries?.split(',').map((each) => each.trim().toUpperCase()),
          productMax,
        });
        printOption(context, created, given);
      },
    );
}

function printOption(context: CommandContext, option: ShippingOption, given: JsonOption): void {
  print(context, option, given, (screen) =>
    renderRecord(
      [
        ['id', option.id],
        ['name', option.name],
        ['price', formatMoney(option.priceAmount, option.currency)],
        ['free from', freeFrom(option) || null],
        ['countries', option.countries?.join(' ') ?? 'all'],
        ['units at most', option.productMax?.toString() ?? null],
        ['archived', option.archivedAt && formatTime(option.archivedAt)],
      ],
      screen,
    ),
  );
}
