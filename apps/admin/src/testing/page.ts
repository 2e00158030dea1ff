import { findProgram } from '@commerce-core/core/testing';
import { startTestApi, type TestApi } from '@commerce-core/api/testing';
import type { Gateway, Scope } from '@commerce-core/core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { buildPage } from '../../build/build-page.ts';

/** Where Chromium is installed; undefined if it isn't. */
export const chromiumPath: string | undefined = findProgram('chromium');

if (chromiumPath === undefined)
  console.warn("\n*** SKIPPED: the operators' page. Chromium is not installed (apt-get install chromium). ***\n");

/** A page of an operator, and what went wrong in it. */
export type OperatorPage = {
  page: Page;
  /** The id of the API key. */
  keyId: string;
  /** Errors on the console, errors of scripts, and violations of the policy, so far. */
  problems: string[];
  /** Every mutation that the page has sent: its procedure. */
  sent: string[];
};

export type Pages = {
  api: TestApi;
  /** Opens a page that is not signed in. */
  open: (path: string, options?: BrowserContextOptions) => Promise<OperatorPage>;
  /** Opens a page of an operator with these scopes; defaults to all scopes. */
  openSignedIn: (path: string, options?: BrowserContextOptions & { scopes?: Scope[] }) => Promise<OperatorPage>;
  close: () => Promise<void>;
};

type PagesOptions = { jobs?: boolean; gateways?: readonly Gateway[] };

/** Serves the built page with a shop of its own, for tests in Chromium. `jobs: false` runs no background jobs. */
export async function openPages({ jobs = true, gateways = [] }: PagesOptions = {}): Promise<Pages> {
  const { folder } = await buildPage();
  const limits = { perKeyMax: 10_000, inAllMax: 10_000 };
  const api = await startTestApi({ admin: { folder, limits }, jobs, gateways });
  const browser = await launch();
  const open = async (path: string, options: BrowserContextOptions = {}): Promise<OperatorPage> => {
    const context = await browser.newContext({
      baseURL: api.url,
      locale: 'en-GB',
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    const watched = { page, keyId: '', ...watch(page) };
    await page.goto(path);
    return watched;
  };
  return {
    api,
    open,
    async openSignedIn(path, { scopes, ...options } = {}) {
      const { id: keyId, key } = await api.commerce.createApiKey({
        name: 'Kim',
        scopes: scopes ?? ['catalog', 'stock', 'orders', 'money', 'gateway-events', 'events', 'webhooks', 'keys'],
      });
      const opened = await open('/admin/sign-in', options);
      await signInWith(opened.page, key);
      await opened.page.getByRole('navigation').waitFor();
      await opened.page.goto(path);
      return { ...opened, keyId };
    },
    async close() {
      await browser.close();
      await api.close();
    },
  };
}

/**
 * Waits until no dialog is open, so that what it sent has been answered. A text that was typed is no sign of that: the
 * dialog shows the command with it.
 */
export async function dialogClosed(page: Page): Promise<void> {
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Types a key at the sign-in and sends it. */
export async function signInWith(page: Page, key: string): Promise<void> {
  await page.locator('input[name=key]').fill(key);
  await page.locator('button[type=submit]').click();
}

async function launch(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('chromium is not installed');
  return chromium.launch({
    executablePath: chromiumPath,
    // Chromium refuses to run as root with its sandbox. The page is our own.
    args: ['--no-sandbox', '--disable-quic', '--disable-dev-shm-usage'],
  });
}

function watch(page: Page): Pick<OperatorPage, 'problems' | 'sent'> {
  const problems: string[] = [];
  const sent: string[] = [];
  page.on('console', (message) => {
    // The browser notes each refusal of the server by itself, and a test may want one.
    const isRefusal = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isRefusal) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (request.method() === 'POST' && pathname.startsWith('/trpc/')) sent.push(pathname.slice('/trpc/'.length));
  });
  return { problems, sent };
}
