import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSimulator } from '../simulator.testing.ts';
import { stripeDialect } from './stripe.ts';

const script = join(import.meta.dirname, '../../../../packages/core/sandbox/stripe.ts');

function run(env: Record<string, string>): Promise<{ code: number | null; out: string; err: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number | null; out: string; err: string }>();
  const child = execFile(process.execPath, [script], { env: { PATH: process.env['PATH'], ...env } }, (_, out, err) =>
    resolve({ code: child.exitCode, out, err }),
  );
  return promise;
}

test('the run against Stripe’s sandbox goes through here, too', async () => {
  const { url } = await startSimulator({ dialects: [stripeDialect({ webhookSecret: 'whsec_1' })] });
  const { code, out } = await run({ STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_URL: url });
  expect(out).not.toContain('DIFFERS');
  expect(out).toContain('ok      the rest goes back: REFUNDED 3000');
  expect(code).toBe(0);
});

test.each<Record<string, string>>([{}, { STRIPE_SECRET_KEY: 'sk_live_1' }])(
  'without a test key it says what it needs: %o',
  async (env) => {
    const { code, out, err } = await run(env);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('STRIPE_SECRET_KEY=sk_test_… npm run sandbox:stripe');
    expect(err).not.toContain('sk_live_1');
  },
);
