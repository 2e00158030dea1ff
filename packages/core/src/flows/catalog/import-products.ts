import type { Transaction } from '@commerce-core/pg-pipeline';
import { readProductDetails, withDetails } from '../../catalog/product-details-repository.ts';
import type { ImportedProduct } from '../../catalog/product-input.ts';
import { readProductsBySku } from '../../catalog/product-repository.ts';
import { isArchived, type Product, type ProductDetails } from '../../catalog/product.ts';
import type { Reader } from '../../database/page.ts';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { changedDetails, changeProducts, type ChangeProductCommand } from './change-products.ts';
import { createProducts, type CreateProductCommand } from './create-products.ts';

/** What an import does to one thing. */
export type ImportEffect = 'created' | 'updated' | 'unchanged';

/** A product of an import. The caller makes `id`, the id of a new product, before the transaction. */
export type ImportProductCommand = ImportedProduct & { id: string };

type Plan = { create: CreateProductCommand } | { changes: ChangeProductCommand[] };

/**
 * Creates products whose SKU is new, and changes the others where they differ. Products that don't differ are not
 * locked, so that an import which is repeated blocks no order. Each SKU is named once.
 * @returns what was done · refusals: validation_failed (a new product without name, price or currency, another currency
 * than the product's), sku_taken (by an archived product)
 */
export async function importProducts(
  tx: Transaction,
  commands: readonly ImportProductCommand[],
): Promise<Outcome<ImportEffect>[]> {
  const plans = await planProducts(tx.db, commands);
  const created = await create(tx, commands, plans);
  // Another transaction has created these since they were looked up.
  const late = commands.filter(({ sku }) => created.get(sku) === false);
  const replanned = new Map((await planProducts(tx.db, late)).map((plan, index) => [late[index], plan]));
  const last = plans.map((plan, index) => replanned.get(commands[index]) ?? plan);
  // Behind the inserts, which wait for other imports: an import that waits for one has no row locked.
  await changeProducts(
    tx,
    last.flatMap((plan) => (plan.ok && 'changes' in plan.value ? plan.value.changes : [])),
  );
  return last.map(effectOf);
}

/** What `importProducts` would do now. */
export async function previewProducts(
  reader: Reader,
  commands: readonly ImportProductCommand[],
): Promise<Outcome<ImportEffect>[]> {
  return (await planProducts(reader, commands)).map(effectOf);
}

function effectOf(plan: Outcome<Plan>): Outcome<ImportEffect> {
  if (!plan.ok) return plan;
  if ('create' in plan.value) return accepted('created');
  return accepted(plan.value.changes.length > 0 ? 'updated' : 'unchanged');
}

/** Whether each SKU that a plan creates was created. */
async function create(
  tx: Transaction,
  commands: readonly ImportProductCommand[],
  plans: readonly Outcome<Plan>[],
): Promise<Map<string, boolean>> {
  const creates = plans.flatMap((plan) => (plan.ok && 'create' in plan.value ? [plan.value.create] : []));
  if (creates.length === 0) return new Map();
  const outcomes = await createProducts(tx, creates);
  return new Map(creates.map(({ sku }, index) => [sku, outcomes[index]?.ok === true]));
}

async function planProducts(reader: Reader, commands: readonly ImportProductCommand[]): Promise<Outcome<Plan>[]> {
  if (commands.length === 0) return [];
  const known = await readProductsBySku(
    reader,
    commands.map(({ sku }) => sku),
  );
  const details = await readProductDetails(
    reader,
    [...known.values()].map(({ id }) => id),
  );
  return commands.map((command) => {
    const product = known.get(command.sku);
    return product ? planChanges(withDetails(product, details), command) : planCreation(command);
  });
}

function planCreation({ name, priceAmount, currency, ...rest }: ImportProductCommand): Outcome<Plan> {
  if (name !== undefined && priceAmount !== undefined && currency !== undefined)
    return accepted({ create: { ...rest, name, priceAmount, currency } });
  const missing = Object.entries({ name, priceAmount, currency }).flatMap(([path, value]) =>
    value === undefined ? [path] : [],
  );
  return notValid(missing, 'a new product needs it');
}

function planChanges(product: Product & ProductDetails, command: ImportProductCommand): Outcome<Plan> {
  const { id: productId, currency } = product;
  const { name, priceAmount, description, imageUrl, metadata } = command;
  if (isArchived(product)) return refused(new CommerceError('sku_taken', 'an archived product has this sku'));
  if (command.currency !== undefined && command.currency !== currency)
    return notValid(['currency'], `the product has ${currency}, and a currency stays`);
  const details = { description, imageUrl, metadata };
  const changes: ChangeProductCommand[] = [];
  if (name !== undefined && name !== product.name) changes.push({ change: 'rename', productId, name });
  if (priceAmount !== undefined && priceAmount !== product.priceAmount)
    changes.push({ change: 'reprice', productId, priceAmount });
  if (changedDetails(product, details).length > 0) changes.push({ change: 'update', productId, ...details });
  return accepted({ changes });
}

function notValid(paths: readonly string[], message: string): Outcome<never> {
  const issues = paths.map((path) => ({ path, message }));
  return refused(new CommerceError('validation_failed', `${paths.join(', ')}: ${message}`, { issues }));
}
