import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const limitMs = 60_000;

/** Where Chromium is; undefined where it is not installed. */
const findChromium = () => spawnSync('which', ['chromium'], { encoding: 'utf8' }).stdout.trim() || undefined;

/** What is done with the page of each example. */
const checksOf = { react: [orderAndPay, payWithStripe, showRefusals, orderOnce], browser: [buy] };

/** Uses the pages in examples/ as a shopper does. `build` builds the page of an example into the folder that is served. */
export async function checkPages(folder, shop, build) {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    console.warn('*** SKIPPED: the pages in examples/. Chromium is not installed (apt-get install chromium). ***');
    return;
  }
  const { chromium } = await import(pathToFileURL(join(folder, 'node_modules/playwright-core/index.mjs')).href);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    for (const [name, checks] of Object.entries(checksOf)) {
      build(name);
      for (const check of checks) {
        const page = await browser.newPage();
        page.setDefaultTimeout(limitMs);
        await check(page, shop);
        await page.close();
      }
      console.log(`examples/${name}: type-checked, built and used in Chromium`);
    }
  } finally {
    await browser.close();
  }
}

const textOf = async (page, selector, text) => page.locator(selector, { hasText: text }).waitFor();

const stockOf = async ({ apiUrl, key }, sku) => {
  const read = async (path, input) => {
    const url = `${apiUrl}/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`;
    return (await (await fetch(url, { headers: { authorization: `Bearer ${key}` } })).json()).result.data;
  };
  const [{ id: productId }] = (await read('product.list', { sku })).items;
  const { availableQty, reservedQty } = await read('stock.get', { productId });
  return { availableQty, reservedQty };
};

async function choose(page, { pageUrl }, sku, search = '') {
  await page.goto(`${pageUrl}/${search}`);
  await page.locator(`li[data-sku=${sku}]`).getByRole('button').click();
  await textOf(page, '#total', '€9.00');
}

async function orderAndPay(page, shop) {
  await choose(page, shop, 'CUP');
  await page.getByRole('spinbutton').fill('2');
  await textOf(page, '#total', '€18.00');
  await page.getByLabel('Parcel').check();
  await textOf(page, '#total', '€22.90');
  await page.getByRole('button', { name: 'Order and pay' }).click();
  await textOf(page, '#status', 'PAYMENT_PENDING');
  await page.getByRole('button', { name: 'Pay at the mock gateway' }).click();
  await textOf(page, '#status', 'PAID');
  assert.deepEqual(await stockOf(shop, 'CUP'), { availableQty: 3, reservedQty: 0 });
}

/** Stripe.js as far as the page uses it: there is no Stripe here. */
const stripeJs = `window.Stripe = Object.assign(() => ({
  _registerWrapper() {}, registerAppInfo() {},
  elements: ({ clientSecret }) => ({ create: () => ({ mount: (place) => { place.textContent = clientSecret; } }) }),
  confirmPayment: async () => ({ error: { message: 'The card was declined.' } }),
}), { version: 'dahlia' });`;

async function payWithStripe(page, shop) {
  await page.route('https://js.stripe.com/**', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: stripeJs }),
  );
  await choose(page, shop, 'PLATE', '?provider=stripe');
  await page.getByRole('button', { name: 'Order and pay' }).click();
  await textOf(page, '#root > div', 'client-secret-of-');
  await page.getByRole('button', { name: 'Pay with Stripe' }).click();
  await textOf(page, '[role=alert]', 'The card was declined.');
  await textOf(page, '#status', 'PAYMENT_PENDING');
}

async function showRefusals(page, shop) {
  await choose(page, shop, 'BOWL');
  await page.getByRole('spinbutton').fill('6');
  await textOf(page, 'p', 'Only 5 left at the moment.');
  await page.getByRole('button', { name: 'Order and pay' }).click();
  await textOf(page, '[role=alert]', /^Only 5 left\.$/);
  await page.getByRole('spinbutton').fill('0');
  await textOf(page, '[role=alert]', 'lines.0.quantity');
}

/** The shop gets the order, and its answer is lost as often as the client sends it. The shopper reloads, and orders again. */
async function orderOnce(page, shop) {
  const before = await stockOf(shop, 'SPOON');
  const keys = new Set();
  let lost = 0;
  const lose = async (route) => {
    const request = route.request();
    if (request.method() !== 'POST') return route.continue();
    keys.add(request.headers()['idempotency-key']);
    await route.fetch();
    lost += 1;
    return route.abort('connectionreset');
  };
  await page.route('**/trpc/order.create', lose);
  await choose(page, shop, 'SPOON');
  await page.getByRole('button', { name: 'Order and pay' }).click();
  await textOf(page, '[role=alert]', 'The shop cannot be reached.');
  assert.ok(lost > 1, 'the client has sent the order again by itself');
  await page.unroute('**/trpc/order.create', lose);
  page.on('request', (request) => {
    if (request.url().endsWith('/trpc/order.create') && request.method() === 'POST')
      keys.add(request.headers()['idempotency-key']);
  });
  await choose(page, shop, 'SPOON');
  await page.getByRole('button', { name: 'Order and pay' }).click();
  await textOf(page, '#status', 'PAYMENT_PENDING');
  assert.equal(keys.size, 1, 'all tries have one key');
  assert.deepEqual(await stockOf(shop, 'SPOON'), { ...before, reservedQty: before.reservedQty + 1 });
}

async function buy(page, shop) {
  await page.goto(shop.pageUrl);
  await page.locator('button[data-sku=CUP]').click();
  await textOf(page, '#status', 'PAID');
}
