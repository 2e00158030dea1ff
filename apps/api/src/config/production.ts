import { z } from 'zod';
import { isTestKey } from './gateways-from-env.ts';

/** The variable that refuses settings which are for development only. */
export const productionVariables = {
  PRODUCTION: z
    .enum(['on', 'off'])
    .default('off')
    .describe('`on` refuses to start with simulators, test keys, and secrets that can be guessed.'),
};

type Settings = Readonly<Record<string, unknown>>;
type Issue = { name: string; message: string };

const simulators: Record<string, string> = {
  MOCK_WEBHOOK_SECRETS: 'whoever knows it can say that an order is paid',
  TRACKING_MOCK_SECRET: 'whoever knows it can say that a parcel has arrived',
};
const secrets = [
  'CUSTOMER_JWT_SECRET',
  'GUEST_TOKEN_SECRETS',
  'WEBHOOK_SECRETS_KEY',
  'QUOTE_SECRET',
  'STRIPE_WEBHOOK_SECRETS',
  'PORTONE_WEBHOOK_SECRETS',
];
const testKeys = ['STRIPE_SECRET_KEY', 'TOSS_SECRET_KEY'];

const differentMin = 8;
const guessed = /change.?me|example|secret|password|insecure|commerce/i;

/** Returns what must not be set in production; nothing unless `PRODUCTION` is `on`. */
export function productionIssues(env: Settings): Issue[] {
  if (env['PRODUCTION'] !== 'on') return [];
  const simulated = Object.entries(simulators)
    .filter(([name]) => env[name] !== undefined)
    .map(([name, why]) => ({ name, message: `is of the simulator, so it must not be set: ${why}` }));
  const tests = testKeys
    .filter((name) => textsOf(env[name]).some(isTestKey))
    .map((name) => ({ name, message: 'is a test key, so no money would move; set a live one' }));
  const guessable = secrets
    .filter((name) => textsOf(env[name]).some(canBeGuessed))
    .map((name) => ({ name, message: 'can be guessed; make one with: openssl rand -base64 32' }));
  const isPrivate = env['WEBHOOK_ALLOW_PRIVATE'] === 'on';
  const open = isPrivate
    ? [{ name: 'WEBHOOK_ALLOW_PRIVATE', message: 'must be off: webhooks could call services of this network' }]
    : [];
  return [...simulated, ...tests, ...guessable, ...open];
}

const textsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');

/** Whether a secret has a common word, or repeats few characters. */
function canBeGuessed(text: string): boolean {
  const secret = text.replace(/^whsec_/, '');
  return guessed.test(secret) || new Set(secret).size < differentMin;
}
