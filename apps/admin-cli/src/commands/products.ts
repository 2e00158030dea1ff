import type { RouterInputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { addListCommand } from '../list-command.ts';
import { connect } from '../connection.ts';
import { addImportProducts } from '../files/import-commands.ts';
import type { Product } from '../find-product.ts';
import { findProduct } from '../find-product.ts';
import { formatMoney, parseCurrency, parseMoney } from '../money.ts';
import { formatTime, print } from '../output.ts';
import { renderRecord, skuWhole, type Column } from '../table.ts';

const columns: Column<Product>[] = [
  { head: 'SKU', value: ({ sku }) => sku, wraps: skuWhole },
  { head: 'NAME', value: ({ name }) => name, wraps: true },
  { head: 'PRICE', value: ({ priceAmount, currency }) => formatMoney(priceAmount, currency), align: 'right' },
  { head: 'LEFT', value: leftOf, align: 'right' },
  { head: 'ID', value: ({ id }) => id, ifRoom: true },
];

/** The units that are left, or what a key without the right to know says. */
function leftOf({ archivedAt, sellableQty, availability }: Product): string {
  if (archivedAt) return 'gone';
  return sellableQty === undefined ? availability : String(sellableQty);
}

export function addProductCommands(products: Command, context: CommandContext): void {
  addListCommand<Product, { sku?: string; q?: string; archived?: true }>(products, context, {
    usage: 'list',
    summary: 'list products, with the units that can still be sold',
    examples: ['products list', 'products list --sku MUG-BLUE', 'products list --all --json'],
    addFilters: (command) =>
      command
        .option('--sku <sku>', 'the one with this sku')
        .option('--q <words>', 'only those with these beginnings of words in sku, name or description')
        .option('--archived', 'also those that are no longer sold'),
    reader:
      (client, { sku, q, archived }) =>
      (range) =>
        client.product.list.query({ sku, q, includeArchived: archived, ...range }),
    columns,
    empty: 'There are no such products.',
  });

  addCommand(products, 'show <product>', 'show a product, named by its id or sku', ['products show MUG-BLUE']).action(
    async (reference: string, options: JsonOption) => {
      const { client } = connect(context);
      const { id: productId, archivedAt } = await findProduct(client, reference);
      const includeArchived = archivedAt === null ? undefined : true;
      printProduct(context, await client.product.get.query({ productId, includeArchived }), options);
    },
  );
  addImportProducts(products, context);
  addCreateProduct(products, context);
  addProductChanges(products, context);
}

function addCreateProduct(products: Command, context: CommandContext): void {
  addDetails(
    addCommand(products, 'create <sku> <name> <price> <currency>', 'create a product, with nothing in stock', [
      'products create MUG-BLUE "Blue mug" 12.50 GBP',
      'products create TEE-S "티셔츠 S" 15000 KRW',
    ]),
  ).action(async (sku: string, name: string, price: string, code: string, options: JsonOption & NewDetails) => {
    const currency = parseCurrency(code);
    const { client } = connect(context);
    const { description, image: imageUrl, metadata } = options;
    const priceAmount = parseMoney(price, currency);
    const product = { sku, name, priceAmount, currency, description, imageUrl, metadata };
    printProduct(context, await client.product.create.mutate(product), options);
  });
}

function addProductChanges(products: Command, context: CommandContext): void {
  addCommand(products, 'rename <product> <name>', 'rename a product, named by its id or sku', [
    'products rename MUG-BLUE "Blue mug, large"',
  ]).action(async (reference: string, name: string, options: JsonOption) => {
    const { client } = connect(context);
    const { id: productId } = await findProduct(client, reference);
    printProduct(context, await client.product.rename.mutate({ productId, name }), options);
  });

  addCommand(products, 'reprice <product> <price>', 'set the price, in the currency that the product has', [
    'products reprice MUG-BLUE 13.00',
  ]).action(async (reference: string, price: string, options: JsonOption) => {
    const { client } = connect(context);
    const { id: productId, currency, priceAmount: before } = await findProduct(client, reference);
    const repriced = await client.product.reprice.mutate({ productId, priceAmount: parseMoney(price, currency) });
    printProduct(context, repriced, options, formatMoney(before, currency));
  });

  addDetails(
    addCommand(products, 'update <product>', 'change what its page shows besides name and price', [
      'products update MUG-BLUE --description "Holds 0.3 l."',
    ]),
  ).action(async (reference: string, options: JsonOption & NewDetails) => {
    const { client } = connect(context);
    const { id: productId } = await findProduct(client, reference);
    const { description, image: imageUrl, metadata } = options;
    printProduct(context, await client.product.update.mutate({ productId, description, imageUrl, metadata }), options);
  });

  addCommand(
    products,
    'archive <product>',
    'sell a product no longer; orders that have it keep it',
    ['products archive MUG-BLUE'],
    'Takes the product off sale for good',
  ).action(async (reference: string, options: JsonOption) => {
    const { client } = connect(context);
    const { id: productId } = await findProduct(client, reference);
    printProduct(context, await client.product.archive.mutate({ productId }), options);
  });
}

type Metadata = RouterInputs['product']['update']['metadata'];
type NewDetails = { description?: string; image?: string; metadata?: Metadata };

/** Adds the options for what a product has besides name and price. */
const addDetails = (command: Command): Command =>
  command
    .option('--description <text>', 'what it is')
    .option('--image <url>', 'an http or https address of a picture')
    .option('--metadata <json>', 'facts of your own', parseJsonObject);

/** Reads JSON. The API checks what it is. */
function parseJsonObject(text: string): Metadata {
  try {
    return JSON.parse(text) as Metadata;
  } catch {
    throw new InvalidArgumentError('It must be JSON, such as {"color":"blue"}.');
  }
}

type Changed = Pick<
  Product,
  'id' | 'sku' | 'name' | 'priceAmount' | 'currency' | 'archivedAt' | 'description' | 'imageUrl'
>;

function printProduct(
  context: CommandContext,
  product: Changed,
  options: JsonOption,
  priceBefore: string | null = null,
): void {
  print(context, product, options, (screen) =>
    renderRecord(
      [
        ['id', product.id],
        ['sku', product.sku],
        ['name', product.name],
        ['price', formatMoney(product.priceAmount, product.currency)],
        ['price before', priceBefore],
        ['description', product.description],
        ['image', product.imageUrl],
        ['archived', product.archivedAt && formatTime(product.archivedAt)],
      ],
      screen,
    ),
  );
}
