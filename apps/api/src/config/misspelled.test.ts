import { expect, test } from 'vitest';
import { EnvError, readDatabaseEnv, readEnv, variableNames } from './env.ts';

const DATABASE_URL = 'postgres://shop:secret@db/shop';

/** Misspells a name in each way, at each place. */
function misspellings(name: string): string[] {
  const places = Array.from({ length: name.length }, (_, index) => index);
  const words = name.split('_');
  return [
    ...places.map((at) => name.slice(0, at) + name.slice(at + 1)),
    ...places.map((at) => `${name.slice(0, at)}X${name.slice(at + 1)}`),
    ...places.map((at) => `${name.slice(0, at)}X${name.slice(at)}`),
    ...places.slice(1).map((at) => name.slice(0, at - 1) + name[at] + name[at - 1] + name.slice(at + 1)),
    ...(words.length > 2 ? words.slice(1).map((_, at) => words.toSpliced(at + 1, 1).join('_')) : []),
    `${name}S`,
    name.toLowerCase(),
  ].filter((text) => !variableNames.includes(text));
}

test.each(variableNames)('every misspelling of %s is refused with a known name', (name) => {
  const database = name === 'DATABASE_URL' ? {} : { DATABASE_URL };
  for (const misspelled of misspellings(name)) {
    const read = () => readEnv({ ...database, [misspelled]: 'hunter2' });
    expect(read, misspelled).toThrow(EnvError);
    expect(read, misspelled).toThrow(new RegExp(`^  ${misspelled}: is not known; did you mean [A-Z_]+\\?$`, 'm'));
    expect(read).not.toThrow('hunter2');
  }
});

test.each([
  ['PROT', 'PORT'],
  ['port', 'PORT'],
  ['STRIPE_SECRET', 'STRIPE_SECRET_KEY'],
  ['STRIPE_WEBHOOK_SECRET', 'STRIPE_WEBHOOK_SECRETS'],
  ['STRIPE_KEY', 'STRIPE_SECRET_KEY'],
  ['MOCK_SECRETS', 'MOCK_WEBHOOK_SECRETS'],
  ['LOGLEVEL', 'LOG_LEVEL'],
  ['GATEWAY_RESERVATION_MINUETS', 'GATEWAY_RESERVATION_MINUTES'],
])('for %s the suggestion is %s, also when the value is empty', (name, meant) => {
  const message = `  ${name}: is not known; did you mean ${meant}?`;
  for (const value of ['hunter2', '']) expect(() => readEnv({ DATABASE_URL, [name]: value })).toThrow(message);
});

test('variables of the system and of other programs are accepted', () => {
  const names =
    'PATH HOME HOSTNAME HOSTTYPE USER PWD OLDPWD SHELL TERM TMPDIR LANG LC_ALL NODE_ENV NODE_OPTIONS NODE_PATH TZ ' +
    'PS1 SHLVL LOGNAME MAIL EDITOR DISPLAY SSH_AUTH_SOCK PGHOST PGPORT PGUSER PGDATABASE DATABASE_USER DATABASE_HOST ' +
    'DATABASE_PORT DATABASE_NAME REDIS_URL REDIS_PORT TEST_DATABASE_URL TEST_API_URL SHOP_URL SHOP_PORT JWT_SECRET ' +
    'STRIPE_API_KEY STRIPE_DEVICE_NAME KUBERNETES_PORT KUBERNETES_SERVICE_HOST GATEWAY_PORT SIMULATOR_PORT CI ' +
    'COMMERCE_URL COMMERCE_API_KEY COMMERCE_SIMULATOR_URL WEBHOOK_URL npm_config_port npm_lifecycle_event ACME_SECRET';
  const others = Object.fromEntries(names.split(' ').map((name) => [name, 'x']));
  expect(() => readEnv({ DATABASE_URL, ...others })).not.toThrow();
});

test('a name that resembles a variable which is set belongs to another program', () => {
  const MOCK_WEBHOOK_SECRETS = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  const env = { DATABASE_URL, MOCK_WEBHOOK_SECRETS, MOCK_WEBHOOK_SECRET: MOCK_WEBHOOK_SECRETS };
  expect(readEnv(env)).toMatchObject({ MOCK_WEBHOOK_SECRETS: [MOCK_WEBHOOK_SECRETS] });
});

test('a program that uses only the database refuses them, too', () => {
  expect(() => readDatabaseEnv({ DATABASE_URI: DATABASE_URL })).toThrow(
    '  DATABASE_URL: is missing\n  DATABASE_URI: is not known; did you mean DATABASE_URL?',
  );
});
