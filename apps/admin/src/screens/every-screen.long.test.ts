import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createDisputedOrder, createGoods, createPaidOrder } from '../testing/orders.ts';
import { chromiumPath, dialogClosed, openPages, type Pages } from '../testing/page.ts';
import type { Page } from 'playwright-core';

type AxeResults = { violations: { id: string; nodes: { html: string }[] }[] };

/** What a check of WCAG 2.2 AA finds in a page. */
async function findingsIn(page: Page): Promise<string[]> {
  // By the debugger's protocol, which the page's policy lets through.
  await page.evaluate(axe.source);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const results = await page.evaluate(
    async (values) =>
      (globalThis as unknown as { axe: { run: (context: Document, options: object) => Promise<unknown> } }).axe.run(
        document,
        { runOnly: { type: 'tag', values } },
      ),
    tags,
  );
  return (results as AxeResults).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe.skipIf(chromiumPath === undefined)('every screen', () => {
  let pages: Pages;
  let orderId: string;
  let ids: Awaited<ReturnType<typeof createGoods>>;
  let productId: string;
  let endpointId: string;
  beforeAll(async () => {
    pages = await openPages();
    await createDisputedOrder(pages.api);
    ({ orderId, productId } = await createPaidOrder(pages.api));
    await createPaidOrder(pages.api, { type: 'AUTHORIZED' });
    await pages.api.commerce.createRefund({ orderId, amount: 300 });
    await pages.api.commerce.noteOrder({ orderId, text: 'Ana is home after six.' });
    ids = await createGoods(pages.api);
    ({ id: endpointId } = await pages.api.commerce.createWebhookEndpoint({ url: 'https://erp.example/events' }));
    const stats = async () => pages.api.commerce.orderStats();
    await vi.waitUntil(async () => (await stats()).lagEvents === 0, { timeout: 30_000, interval: 100 });
  });
  afterAll(async () => pages?.close());

  /** `opens` is the button whose dialog is looked at: its selector, or its place on the screen. */
  const screens: [name: string, path: () => string, ready: string, opens?: string | number][] = [
    ['attention', () => '/admin', 'code:has-text("--attention")'],
    ['orders', () => '/admin/orders', 'tbody tr'],
    ['order', () => `/admin/orders/${orderId}`, 'text=order.noted'],
    ['refund', () => `/admin/orders/${orderId}?do=refund`, '[data-testid=preview]'],
    ['cancel', () => `/admin/orders/${orderId}?do=cancel`, 'dialog'],
    ['packing queue', () => '/admin/shipping', 'tbody li'],
    ['on its way', () => '/admin/shipping?tab=way', 'tbody li'],
    ['shipment to pack', () => `/admin/shipping/${ids.ready}`, 'address div'],
    ['shipment that has left', () => `/admin/shipping/${ids.sent}`, 'details ol'],
    ['packing slips', () => `/admin/shipping/slips?of=${ids.ready},${ids.sent}`, 'article'],
    ['tracking numbers', () => '/admin/shipping/numbers', 'textarea'],
    ['returns', () => '/admin/returns?tab=RECEIVED', 'tbody tr'],
    ['return', () => `/admin/returns/${ids.returned}`, '[data-testid=preview]'],
    ['new return', () => `/admin/returns/new?order=${ids.sentOrder}`, 'input[type=number]'],
    ['dispatch', () => `/admin/shipping/${ids.ready}`, 'address div', 0],
    ['split', () => `/admin/shipping/${ids.ready}`, 'address div', 1],
    ['correct a number', () => `/admin/shipping/${ids.sent}`, 'details ol', 4],
    ['receive', () => `/admin/returns/${ids.returned}`, '[data-testid=preview]', 0],
    ['refund a return', () => `/admin/returns/${ids.returned}`, '[data-testid=preview]', 1],
    ['exchange', () => `/admin/returns/${ids.returned}`, '[data-testid=preview]', 3],
    ['orders with all filters', () => '/admin/orders?sort=changed', 'tbody tr'],
    ['stock', () => '/admin/stock', 'tbody tr'],
    ['product', () => `/admin/stock/${productId}`, 'tbody tr'],
    ['a new product', () => '/admin/stock', 'tbody tr', 'main h1 + span button >> nth=0'],
    ['a receipt', () => `/admin/stock/${productId}`, 'tbody tr', 'main [role=group] button >> nth=0'],
    ['a count', () => `/admin/stock/${productId}`, 'tbody tr', 'main [role=group] button >> nth=1'],
    ['an edited product', () => `/admin/stock/${productId}`, 'tbody tr', 'main [role=group] button >> nth=2'],
    ['refunds', () => '/admin/money', 'tbody tr'],
    ['disputes', () => '/admin/money?tab=disputes', 'tbody tr'],
    ['payments', () => '/admin/money?tab=payments', 'tbody tr'],
    ['credits', () => '/admin/money?tab=credits', 'section p'],
    ['reconcile', () => '/admin/money?tab=reconcile', 'form'],
    ['events', () => '/admin/events', 'tbody tr'],
    ['endpoints', () => '/admin/events?tab=endpoints', 'tbody tr'],
    ['endpoint', () => `/admin/events?tab=endpoints&endpoint=${endpointId}`, 'dl'],
    ['messages', () => '/admin/events?tab=messages', 'tbody tr'],
    ['sinks', () => '/admin/events?tab=sinks', 'code:has-text("sinks list")'],
    ['sales', () => '/admin/sales', 'svg'],
    ['jobs', () => '/admin/system', 'tbody tr'],
    ['doctor', () => '/admin/system?tab=doctor', 'code:has-text("doctor")'],
    ['keys', () => '/admin/system?tab=keys', 'section:nth-of-type(2) tbody tr'],
    ['a session to end', () => '/admin/system?tab=keys', 'tbody tr', 'section:nth-of-type(2) tbody button >> nth=0'],
    ['about', () => '/admin/system?tab=about', 'dl'],
  ];
  const looks = [
    { width: 360, colorScheme: 'light', locale: 'en-GB' },
    { width: 360, colorScheme: 'dark', locale: 'ko-KR' },
    { width: 1_440, colorScheme: 'light', locale: 'ko-KR' },
    { width: 1_440, colorScheme: 'dark', locale: 'en-GB' },
  ] as const;

  test.each(looks)('fits %j, meets WCAG 2.2 AA and breaks no rule of its policy', async ({ width, ...look }) => {
    const options = { viewport: { width, height: 800 }, ...look };
    const { page, problems } = await pages.openSignedIn('/admin', options);
    for (const [name, path, ready, opens] of screens) {
      await page.goto(path());
      await page.locator(ready).first().waitFor();
      if (opens !== undefined) {
        const buttons = page.locator(typeof opens === 'string' ? opens : 'main button:not([class*=plain])');
        await buttons.nth(typeof opens === 'string' ? 0 : opens).click();
        await page.locator('dialog').waitFor();
      }
      expect(await page.evaluate(() => document.documentElement.lang), name).toBe(look.locale.slice(0, 2));
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(width);
      expect(await findingsIn(page), name).toEqual([]);
    }
    const signIn = await pages.open('/admin/sign-in', options);
    await signIn.page.locator('input[name=key]').waitFor();
    expect(await findingsIn(signIn.page), 'sign-in').toEqual([]);
    expect([...problems, ...signIn.problems]).toEqual([]);
  });

  test('can be used with the keyboard alone: sign-in, a refund, and out', async () => {
    const { key } = await pages.api.commerce.createApiKey({ name: 'Lee', scopes: ['orders', 'money'] });
    const order = await createPaidOrder(pages.api);
    const { page, problems } = await pages.open(`/admin/orders/${order.orderId}`);
    const tabTo = async (role: 'button' | 'textbox' | 'link', name: string | RegExp) => {
      const wanted = page.getByRole(role, { name }).first();
      await wanted.waitFor();
      for (let tabs = 0; tabs < 60; tabs += 1) {
        if (await wanted.evaluate((element) => element === document.activeElement)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`the key Tab does not reach ${String(name)}`);
    };
    await page.locator('input[name=key]').focus();
    await page.keyboard.type(key);
    await page.keyboard.press('Enter');
    await tabTo('button', /^Refund/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await dialogClosed(page);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Refund');
    await page.keyboard.press('Enter');
    await tabTo('button', 'Refund ₩2,000');
    await page.keyboard.press('Enter');
    await page.getByText('refund.succeeded').waitFor();
    await tabTo('button', 'Sign out');
    await page.keyboard.press('Enter');
    await page.locator('input[name=key]').waitFor();
    expect(problems).toEqual([]);
  });
});
