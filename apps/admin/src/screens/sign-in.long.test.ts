import type { Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPaidOrder } from '../testing/orders.ts';
import { chromiumPath, openPages, signInWith, type Pages } from '../testing/page.ts';

describe.skipIf(chromiumPath === undefined)('sign-in', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await openPages();
  });
  afterAll(async () => pages?.close());

  const newKey = async () => pages.api.commerce.createApiKey({ name: 'Kim', scopes: ['orders', 'money'] });

  test('leads to where the operator wanted to go, and signs out again', async () => {
    const { page, problems } = await pages.open('/admin/orders?status=PAID');
    const { key } = await newKey();
    await page.waitForURL(/\/admin\/sign-in/);
    await signInWith(page, key);
    await page.getByRole('heading', { name: 'Orders' }).waitFor();
    expect(new URL(page.url()).search).toBe('?status=PAID');
    expect(await page.getByLabel('Status').inputValue()).toBe('PAID');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto('/admin');
    await page.waitForURL(/\/admin\/sign-in/);
    expect(problems).toEqual([]);
  });

  test('refuses a wrong key with a sentence, and shows nothing of the shop', async () => {
    const { page, problems } = await pages.open('/admin');
    await signInWith(page, 'ck_guessed');
    await expect.poll(async () => page.getByRole('alert').textContent()).toMatch(/not valid/);
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('by a link works once, and the link leaves the address', async () => {
    const { id: apiKeyId } = await newKey();
    const { link } = await pages.api.commerce.createSignInLink({ apiKeyId });
    const first = await pages.open(`/admin/sign-in#${link}`);
    await first.page.getByRole('heading', { name: 'Attention' }).waitFor();
    expect(first.page.url()).not.toContain(link);
    const second = await pages.open(`/admin/sign-in#${link}`);
    await expect.poll(async () => second.page.getByRole('alert').textContent()).toMatch(/works once/);
    expect([...first.problems, ...second.problems]).toEqual([]);
  });

  test('is asked for again when the session has ended, and leads back', async () => {
    const { page, keyId, problems } = await pages.openSignedIn('/admin/orders');
    await page.getByRole('heading', { name: 'Orders' }).waitFor();
    await page.getByText('More filters').click();
    await page.getByLabel('Customer id').fill('nobody');
    // The session ends with the call that the button sends: an earlier end might be seen by a call in the background.
    const endSession = async (route: Route) => {
      await pages.api.database.pool.query(`delete from commerce.operator_sessions where api_key_id = $1`, [keyId]);
      await route.continue();
    };
    await page.route('**/trpc/order.list?*', endSession, { times: 1 });
    await page.getByRole('button', { name: 'Filter' }).click();
    await expect.poll(async () => page.getByRole('alert').textContent()).toMatch(/session has ended/);
    const { key } = await newKey();
    await signInWith(page, key);
    await page.getByText('There are no such orders.').waitFor();
    expect(new URL(page.url()).searchParams.get('customer')).toBe('nobody');
    expect(problems).toEqual([]);
  });

  test('is asked for within 30 seconds by a screen that only waits for changes', async () => {
    const { orderId } = await createPaidOrder(pages.api);
    // The server checks open streams by an interval, which passes at once here.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { page, keyId, problems } = await pages.openSignedIn('/admin', { scopes: ['orders'] });
      const opened = page.waitForResponse(/order\.watch/);
      await page.goto(`/admin/orders/${orderId}`);
      await opened;
      const { items } = await pages.api.commerce.listSessions();
      const [session] = items.filter(({ apiKeyId }) => apiKeyId === keyId);
      await pages.api.commerce.endSession({ sessionId: session!.sessionId });
      vi.advanceTimersByTime(30_000);
      await expect.poll(async () => page.getByRole('alert').textContent()).toMatch(/session has ended/);
      expect(problems).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('gives a cookie that scripts cannot read, and that another page cannot use', async () => {
    const { page, sent } = await pages.openSignedIn('/admin');
    await page.getByRole('heading', { name: 'Attention' }).waitFor();
    expect(await page.evaluate(() => document.cookie)).toBe('');
    const before = (await pages.api.commerce.listApiKeys()).items.length;
    const status = await page.evaluate(async () => {
      const body = JSON.stringify({ name: 'stolen', scopes: ['money'] });
      const headers = { 'content-type': 'application/json' };
      return (await fetch('/trpc/apiKey.create', { method: 'POST', headers, body })).status;
    });
    expect([status, sent]).toEqual([401, ['apiKey.create']]);
    expect((await pages.api.commerce.listApiKeys()).items).toHaveLength(before);
  });

  test('with a key without the scope money shows no money action, on any screen', async () => {
    const { api } = pages;
    const { orderId } = await createPaidOrder(api);
    const { page, problems } = await pages.openSignedIn(`/admin/orders/${orderId}`, { scopes: ['orders'] });
    await page.getByRole('button', { name: 'Cancel order' }).waitFor();
    await page.getByText('payment.captured').waitFor();
    expect(await page.getByRole('button', { name: /Refund|Capture/ }).count()).toBe(0);
    await page.goto(`/admin/orders/${orderId}?do=refund`);
    await page.getByRole('button', { name: 'Cancel order' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.goto('/admin');
    await page.getByText('“money”').waitFor();
    expect(problems).toEqual([]);
  });
});
