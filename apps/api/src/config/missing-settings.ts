import type { Env } from './env.ts';

/** What the shop can't do with these settings. They are allowed: another process may do it, or the shop may be new. */
export function missingSettings(env: Env, providers: readonly string[]): string[] {
  const warnings: string[] = [];
  if (providers.length === 0)
    warnings.push('no payment provider is configured, so no order can be paid; STRIPE_SECRET_KEY configures one');
  if (env.HTTP === 'on' && !env.CUSTOMER_JWT_SECRET && !env.CUSTOMER_JWKS_URL && env.GUEST_ORDERS === 'off')
    warnings.push(
      'no customer can sign in, so only operators can order; CUSTOMER_JWT_SECRET or CUSTOMER_JWKS_URL verifies tokens',
    );
  return warnings;
}
