import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPaidOrder } from '../../testing/orders.ts';
import type { Page } from 'playwright-core';
import { chromiumPath, dialogClosed, openPages, type Pages } from '../../testing/page.ts';

describe.skipIf(chromiumPath === undefined)('the system desk', () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await openPages({ jobs: false });
  });
  afterAll(async () => pages?.close());

  const keysOf = async (name: string) =>
    (await pages.api.commerce.listApiKeys({ limit: 100 })).items.filter((key) => key.name === name);

  test('says which job is late', async () => {
    const { id } = await pages.api.commerce.placeOrder({
      customerId: 'late',
      lines: [{ productId: await pages.api.createProduct({ quantity: 1 }), quantity: 1 }],
    });
    const { page, problems } = await pages.openSignedIn('/admin/system', { scopes: ['orders'] });
    const row = page.getByRole('row').filter({ hasText: 'expire_orders' });
    await row.getByText('In time').waitFor();
    await pages.api.database.pool.query(
      `update commerce.orders set hold_until = now() - interval '10 minutes' where id = $1`,
      [id],
    );
    await row.getByText('Late').waitFor();
    await page.getByText('1 job is late').or(page.getByText('jobs are late')).waitFor();
    await pages.api.commerce.expireOrders();
    await row.getByText('In time').waitFor();
    expect(problems).toEqual([]);
  });

  test('runs the doctor, which says what does not hold and what to do first', async () => {
    const { orderId } = await createPaidOrder(pages.api);
    const { page, problems } = await pages.openSignedIn('/admin/system?tab=doctor');
    await page.getByRole('button', { name: 'Run the doctor' }).click();
    await page.getByText('Everything holds.').waitFor();
    const addToTotal = async (amount: number) =>
      pages.api.database.pool.query('update commerce.orders set total_amount = total_amount + $2 where id = $1', [
        orderId,
        amount,
      ]);
    await addToTotal(1);
    await page.getByRole('button', { name: 'Run the doctor' }).click();
    const finding = page.getByRole('region', { name: 'order_total_is_sum_of_lines' });
    await finding.getByText('First:').waitFor();
    await finding.getByText('its total is the sum of its lines', { exact: false }).waitFor();
    await finding.getByRole('link', { name: 'Open order' }).click();
    await page.waitForURL(new RegExp(orderId));
    await addToTotal(-1);
    expect(problems).toEqual([]);
  });

  test('shows versions and settings, and no address and no secret', async () => {
    const { page, problems } = await pages.openSignedIn('/admin/system?tab=about', { scopes: ['stock'] });
    await page.getByText('PostgreSQL').waitFor();
    const text = (await page.locator('main').textContent()) ?? '';
    expect(text).toContain('mock');
    expect(text).not.toContain(pages.api.webhookSecret);
    expect(text).not.toMatch(/postgres(ql)?:\/\//);
    expect(problems).toEqual([]);
  });

  test('creates a key once by two clicks, with chosen scopes of the own ones, and shows it once', async () => {
    const { page, sent, problems } = await pages.openSignedIn('/admin/system?tab=keys', {
      scopes: ['keys', 'stock', 'orders'],
    });
    await page.getByRole('button', { name: 'Create key' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('checkbox').count()).toBe(3);
    await dialog.getByLabel('Name of the client, new or known').fill('warehouse');
    await dialog.getByLabel('stock').check();
    expect(await dialog.getByText('npx commerce').textContent()).toBe(
      'npx commerce keys create warehouse --scopes stock',
    );
    await dialog.getByRole('button', { name: 'Create key' }).dblclick();
    const key = await dialog.getByLabel('Key', { exact: true }).inputValue();
    expect(await keysOf('warehouse')).toMatchObject([{ scopes: ['stock'], revokedAt: null }]);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('row').filter({ hasText: 'warehouse' }).waitFor();
    expect(await page.content()).not.toContain(key);
    expect(sent.filter((path) => path === 'apiKey.create')).toHaveLength(1);
    expect(problems).toEqual([]);
  });

  test('revokes a key after a yes', async () => {
    await pages.api.commerce.createApiKey({ name: 'old reports', scopes: ['orders'] });
    const { page, problems } = await pages.openSignedIn('/admin/system?tab=keys');
    await page.getByRole('button', { name: 'Revoke the key of old reports' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    expect(await keysOf('old reports')).toMatchObject([{ revokedAt: null }]);
    await page.getByRole('button', { name: 'Revoke the key of old reports' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('row').filter({ hasText: 'old reports' }).getByText('Revoked').waitFor();
    expect((await keysOf('old reports'))[0]?.revokedAt).not.toBeNull();
    expect(problems).toEqual([]);
  });

  test('revokes the own key only after a second yes, and is signed out by it', async () => {
    const { page, keyId } = await pages.openSignedIn('/admin/system?tab=keys');
    const own = page.getByRole('row').filter({ hasText: 'yours' });
    await own.getByRole('button', { name: 'Revoke the key of Kim' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('You are signed in with this key').waitFor();
    expect(await dialog.getByRole('button', { name: 'Revoke' }).isDisabled()).toBe(true);
    expect((await keysOf('Kim')).find(({ id }) => id === keyId)?.revokedAt).toBeNull();
    await dialog.getByLabel('I want to revoke it all the same.').check();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.locator('input[name=key]').waitFor();
    expect((await keysOf('Kim')).find(({ id }) => id === keyId)?.revokedAt).not.toBeNull();
  });

  test('warns before the last key that can make keys is revoked', async () => {
    for (const { id, scopes, revokedAt } of (await pages.api.commerce.listApiKeys({ limit: 100 })).items)
      if (revokedAt === null && scopes.includes('keys')) await pages.api.commerce.revokeApiKey({ apiKeyId: id });
    const { page } = await pages.openSignedIn('/admin/system?tab=keys');
    await page.getByRole('row').filter({ hasText: 'yours' }).getByRole('button').click();
    await page.getByText('No other key can create keys.').waitFor();
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).isDisabled()).toBe(true);
  });

  describe('shows who is signed in', () => {
    const sessionsOf = async (keyId: string) =>
      (await pages.api.commerce.listSessions({ limit: 100 })).items.filter(({ apiKeyId }) => apiKeyId === keyId);
    const signedIn = (page: Page) => page.getByRole('region', { name: 'Signed in' });

    test('and ends the session of another, whose page is sent to the sign-in at its next call', async () => {
      const lost = await pages.openSignedIn('/admin/orders', { scopes: ['orders'] });
      await lost.page.getByRole('heading', { name: 'Orders' }).waitFor();
      const [session] = await sessionsOf(lost.keyId);
      const { page, keyId, sent, problems } = await pages.openSignedIn('/admin/system?tab=keys');
      const button = signedIn(page).getByRole('row').filter({ hasText: 'Kim' }).nth(1).getByRole('button');
      await button.click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.getByText('npx commerce').textContent()).toBe(
        `npx commerce sessions end ${session?.sessionId}`,
      );
      await dialog.getByRole('button', { name: 'Close' }).click();
      expect(await sessionsOf(lost.keyId)).toHaveLength(1);
      await button.click();
      await dialog.getByRole('button', { name: 'Sign out' }).dblclick();
      await dialogClosed(page);
      expect([await sessionsOf(lost.keyId), (await sessionsOf(keyId)).length]).toEqual([[], 1]);
      expect(sent.filter((path) => path === 'session.end')).toHaveLength(1);
      await expect.poll(async () => signedIn(page).getByText('this session').count()).toBe(1);
      // The list of orders, which is read again every 10 seconds, may have led there before.
      await lost.page.reload();
      await lost.page.locator('input[name=key]').waitFor();
      expect((await keysOf('Kim')).find(({ id }) => id === lost.keyId)?.revokedAt).toBeNull();
      expect([...problems, ...lost.problems]).toEqual([]);
    });

    test('and says so when a session has ended meanwhile', async () => {
      const other = await pages.openSignedIn('/admin/orders', { scopes: ['orders'] });
      const [session] = await sessionsOf(other.keyId);
      const { page, problems } = await pages.openSignedIn('/admin/system?tab=keys');
      const rows = signedIn(page).getByRole('row').filter({ hasText: 'Kim' });
      await rows.nth(1).getByRole('button').click();
      const before = await rows.count();
      await pages.api.commerce.endSession({ sessionId: session!.sessionId });
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Sign out' }).click();
      await dialog.getByText('there is no such session, or it has ended', { exact: false }).waitFor();
      await dialog.getByRole('button', { name: 'Close' }).click();
      await expect.poll(async () => rows.count()).toBe(before - 1);
      expect(problems).toEqual([]);
    });

    test('and ends the own session only after a second yes', async () => {
      const { page, keyId, problems } = await pages.openSignedIn('/admin/system?tab=keys');
      await signedIn(page).getByRole('row').filter({ hasText: 'this session' }).getByRole('button').click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('This is your own session').waitFor();
      expect(await dialog.getByRole('button', { name: 'Sign out' }).isDisabled()).toBe(true);
      expect(await sessionsOf(keyId)).toHaveLength(1);
      await dialog.getByLabel('I want to be signed out.').check();
      await dialog.getByRole('button', { name: 'Sign out' }).click();
      await page.locator('input[name=key]').waitFor();
      expect(await sessionsOf(keyId)).toEqual([]);
      expect(await page.context().cookies()).toEqual([]);
      expect(problems).toEqual([]);
    });

    test('until the key of a session is revoked', async () => {
      const { id, key } = await pages.api.commerce.createApiKey({ name: 'night shift', scopes: ['orders'] });
      await pages.api.commerce.signIn({ key });
      const { page, problems } = await pages.openSignedIn('/admin/system?tab=keys');
      await signedIn(page).getByText('night shift').waitFor();
      await page.getByRole('button', { name: 'Revoke the key of night shift' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await signedIn(page).getByText('night shift').waitFor({ state: 'detached' });
      expect((await sessionsOf(id)).length).toBe(0);
      expect(problems).toEqual([]);
    });
  });

  test('has no keys for a key without the scope keys', async () => {
    const { page, problems } = await pages.openSignedIn('/admin/system?tab=keys', { scopes: ['orders'] });
    await page.getByText('Your key has no scope “keys”').waitFor();
    expect(await page.getByRole('button', { name: 'Create key' }).count()).toBe(0);
    expect(await page.getByRole('region', { name: 'Signed in' }).count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
