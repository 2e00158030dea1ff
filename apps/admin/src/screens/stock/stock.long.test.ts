import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPaidOrder } from '../../testing/orders.ts';
import { chromiumPath, dialogClosed, openPages, type Pages } from '../../testing/page.ts';

describe.skipIf(chromiumPath === undefined)('the stock desk', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await openPages();
  });
  afterAll(async () => pages?.close());

  const rows = async (sql: string, id: string): Promise<Record<string, unknown>[]> =>
    (await pages.api.database.pool.query(sql, [id])).rows;
  const movementsOf = async (productId: string) =>
    rows(
      'select kind, quantity::int, reason from commerce.stock_movements where product_id = $1 order by id',
      productId,
    );
  const openProduct = async (productId: string, options = {}) => {
    const opened = await pages.openSignedIn(`/admin/stock/${productId}`, options);
    await opened.page.getByRole('heading', { level: 1 }).waitFor();
    const number = async (name: string) => opened.page.getByTestId(name).textContent();
    return { ...opened, number };
  };
  const createProduct = async (sku: string, quantity: number) => {
    const product = { sku, name: `Thing ${sku}`, priceAmount: 1_250, currency: 'EUR' };
    const { id: productId } = await pages.api.commerce.createProduct(product);
    if (quantity > 0) await pages.api.commerce.receiveStock({ productId, quantity });
    return productId;
  };

  test('lists products with their numbers, by words and by what is running out, in the address', async () => {
    await createProduct('LAMP-1', 3);
    await createProduct('LAMP-2', 0);
    await createProduct('LAMP-3', 40);
    const { page, problems } = await pages.openSignedIn('/admin/stock');
    await page.getByLabel('SKU, name or description').fill('lamp');
    await page.getByLabel('At most so many left to sell').fill('3');
    await page.getByRole('button', { name: 'Filter' }).click();
    const skus = async () => page.locator('tbody code').allTextContents();
    await expect.poll(skus).toEqual(['LAMP-2', 'LAMP-1']);
    await page.reload();
    await expect.poll(skus).toEqual(['LAMP-2', 'LAMP-1']);
    expect(await page.getByText('npx commerce').textContent()).toBe('npx commerce stock list --q lamp --low 3');
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download all as CSV' }).click();
    const lines = readFileSync(await (await downloading).path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    expect(lines.slice(1).map((line) => /LAMP-\d/.exec(line)?.[0])).toEqual(['LAMP-1', 'LAMP-2']);
    await page.getByRole('link', { name: 'LAMP-1' }).click();
    await page.getByRole('heading', { name: 'Thing LAMP-1' }).waitFor();
    expect(problems).toEqual([]);
  });

  test('receives units once for two clicks, also when the answer is lost', async () => {
    const productId = await createProduct('MUG', 5);
    const { page, number } = await openProduct(productId);
    await page.getByRole('button', { name: 'Receive units' }).click();
    let lost = 0;
    await page.route('**/trpc/stock.receive', async (route) => {
      lost += 1;
      if (lost > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await page.getByLabel('Units that came in').fill('12');
    await page.getByLabel('What it was').fill('delivery 4711');
    expect(await page.getByTestId('preview').textContent()).toContain('5 → 17');
    await page.getByRole('button', { name: 'Receive 12' }).dblclick();
    await dialogClosed(page);
    await expect.poll(async () => number('sellable')).toBe('17');
    await page.getByText('delivery 4711').waitFor();
    expect(await movementsOf(productId)).toEqual([
      { kind: 'RECEIVED', quantity: 5, reason: null },
      { kind: 'RECEIVED', quantity: 12, reason: 'delivery 4711' },
    ]);
  });

  test('counts the shelf with sold units on it, and shows the change before it sends it', async () => {
    const { productId } = await createPaidOrder(pages.api, { quantity: 4 });
    const { page, number, problems } = await openProduct(productId);
    await page.getByTestId('shelf').waitFor();
    expect([await number('available'), await number('unshipped'), await number('shelf')]).toEqual(['96', '4', '100']);
    await page.getByRole('button', { name: 'Count the shelf' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/Units on the shelf/).fill('3');
    await dialog.getByText('Orders have reserved or bought 4 units').waitFor();
    await dialog.getByLabel(/Units on the shelf/).fill('97');
    await dialog.getByLabel('Why they differ').fill('three were broken');
    expect(await page.getByTestId('preview').textContent()).toMatch(/100 → 97.*96 → 93/);
    expect(await dialog.textContent()).toMatch(/stock count \S+ 97 --expected 100 --reason 'three were broken'/);
    await dialog.getByRole('button', { name: 'Save the count (-3)' }).click();
    await expect.poll(async () => number('available')).toBe('93');
    expect((await movementsOf(productId)).at(-1)).toEqual({
      kind: 'ADJUSTED',
      quantity: -3,
      reason: 'three were broken',
    });
    expect(problems).toEqual([]);
  });

  test('sends no count when the shelf has changed since the dialog opened', async () => {
    const productId = await createProduct('CUP', 10);
    const { page } = await openProduct(productId);
    await page.getByTestId('shelf').waitFor();
    // The page doesn't read the change, so that the server refuses the count.
    await page.context().route(/stock\.get/, async (route) => route.abort());
    await page.getByRole('button', { name: 'Count the shelf' }).click();
    await page.getByLabel(/Units on the shelf/).fill('9');
    await page.getByLabel('Why they differ').fill('one was broken');
    await pages.api.commerce.receiveStock({ productId, quantity: 5 });
    await page.getByRole('button', { name: 'Save the count' }).click();
    await page.getByText('The shelf changed meanwhile').waitFor();
    expect((await movementsOf(productId)).map(({ kind }) => kind)).toEqual(['RECEIVED', 'RECEIVED']);
  });

  test('creates a product and goes to it', async () => {
    const { page, problems } = await pages.openSignedIn('/admin/stock');
    await page.getByRole('button', { name: 'New product' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('SKU').fill('TEE-S');
    await dialog.getByLabel('Name').fill('Tee, small');
    await dialog.getByLabel('Currency').fill('eur');
    await dialog.getByLabel('Price in EUR').fill('19.90');
    await dialog.getByLabel('Metadata').fill('{"color":');
    expect(await dialog.getByRole('button', { name: 'New product' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Metadata').fill('{"color":"blue"}');
    await dialog.getByRole('button', { name: 'New product' }).click();
    await page.getByRole('heading', { name: 'Tee, small' }).waitFor();
    expect(
      await rows(
        `select name, price_amount::int, currency, metadata from commerce.products p
        join commerce.product_details d on d.product_id = p.id where sku = $1`,
        'TEE-S',
      ),
    ).toEqual([{ name: 'Tee, small', price_amount: 1_990, currency: 'EUR', metadata: { color: 'blue' } }]);
    expect(problems).toEqual([]);
  });

  test('changes what was edited of a product, and nothing else', async () => {
    const productId = await createProduct('BOWL', 1);
    const { page, sent, problems } = await openProduct(productId);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Price in EUR').fill('13.00');
    await page.getByLabel('Description').fill('Holds 0.3 l.');
    expect(await page.getByTestId('preview').textContent()).toContain('€13.00 instead of €12.50');
    await page.getByRole('button', { name: 'Save' }).click();
    await dialogClosed(page);
    await page.getByText('Holds 0.3 l.').waitFor();
    expect(sent).toEqual(['product.reprice', 'product.update']);
    expect(
      await rows(
        `select name, price_amount::int, description from commerce.products p
        join commerce.product_details d on d.product_id = p.id where id = $1`,
        productId,
      ),
    ).toEqual([{ name: 'Thing BOWL', price_amount: 1_300, description: 'Holds 0.3 l.' }]);
    expect(problems).toEqual([]);
  });

  test('says that a product changed while it was edited, and sends nothing', async () => {
    const productId = await createProduct('JAR', 1);
    const { page, sent } = await openProduct(productId);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Name').fill('Jar, large');
    await pages.api.commerce.renameProduct({ productId, name: 'Jar, small' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('This product changed meanwhile').waitFor();
    expect(sent).toEqual([]);
  });

  test('takes a product off sale', async () => {
    const productId = await createProduct('OLD', 2);
    const { page, problems } = await openProduct(productId);
    await page.getByRole('button', { name: 'Take off sale' }).click();
    await page.getByText('2 units are left to sell').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Take off sale' }).click();
    await page.getByText('Archived', { exact: true }).waitFor();
    expect(
      await rows('select archived_at is not null as archived from commerce.products where id = $1', productId),
    ).toEqual([{ archived: true }]);
    expect(problems).toEqual([]);
  });

  test('imports counted stock after a check that writes nothing, and names the rows that are refused', async () => {
    const productId = await createProduct('IMPORTED', 8);
    const { page, problems } = await pages.openSignedIn('/admin/stock');
    await page.getByRole('button', { name: 'Import' }).click();
    const check = async (csv: string) => {
      const file = { name: 'counted.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
      await page.getByLabel('File (CSV, also .gz)').setInputFiles(file);
      await page.getByRole('button', { name: 'Check the file' }).click();
    };
    await check('sku,countedQty,reason\nBROKEN,1,5" shelf\n');
    await page.getByText('line 2, SKU BROKEN: a quotation mark stands in the middle of a cell').waitFor();
    await check('sku,countedQty\nIMPORTED,6\nNOWHERE,1\nMANY,"1,250"\n');
    await expect
      .poll(async () => page.getByTestId('report').textContent())
      .toBe('Nothing is written yet. 3 rows: 1 change something, 0 change nothing, 2 are refused.');
    const lineOf = (sku: string) => page.getByRole('row').filter({ hasText: sku }).getByRole('cell').first();
    expect(await lineOf('NOWHERE').textContent()).toBe('3');
    expect(await lineOf('MANY').textContent()).toBe('4');
    expect((await movementsOf(productId)).length).toBe(1);
    await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('Imported.').waitFor();
    expect((await movementsOf(productId)).at(-1)).toMatchObject({ kind: 'ADJUSTED', quantity: -2 });
    expect(problems).toEqual([]);
  });

  test('pages through a long ledger', async () => {
    const productId = await createProduct('LONG', 0);
    for (let n = 1; n <= 30; n += 1) await pages.api.commerce.receiveStock({ productId, quantity: n });
    const { page, problems } = await openProduct(productId);
    const ledger = page.getByRole('table', { name: 'Ledger' });
    await expect.poll(async () => ledger.locator('tbody tr').count()).toBe(25);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(async () => ledger.locator('tbody tr').count()).toBe(30);
    expect(problems).toEqual([]);
  });

  test('shows a key only what it may do', async () => {
    const productId = await createProduct('FORK', 3);
    const ofStock = await openProduct(productId, { scopes: ['stock'] });
    await ofStock.page.getByRole('button', { name: 'Count the shelf' }).waitFor();
    expect(await ofStock.page.getByRole('button', { name: 'Edit' }).count()).toBe(0);
    const ofCatalog = await openProduct(productId, { scopes: ['catalog'] });
    await ofCatalog.page.getByRole('button', { name: 'Edit' }).waitFor();
    expect(await ofCatalog.page.getByRole('button', { name: 'Receive units' }).count()).toBe(0);
    const ofOrders = await pages.openSignedIn('/admin/stock', { scopes: ['orders'] });
    await ofOrders.page.getByText('need a key with the scope stock').waitFor();
    expect(await ofOrders.page.getByRole('button', { name: 'New product' }).count()).toBe(0);
  });
});
