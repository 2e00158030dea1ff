import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { variableGroups, variableNames } from './env.ts';

const clone = fileURLToPath(new URL('../../../..', import.meta.url));

/** Where a reader finds more about a group's variables. */
const furtherPages: Record<keyof typeof variableGroups, string> = {
  Database: '[scale.md](../scale.md) says when to change them.',
  'Process and HTTP': '[scale.md](../scale.md) says which processes a larger shop has.',
  Production: '[production.md](../production.md) lists what is refused.',
  'Operators’ page': 'The page at `/admin`. See [operators.md](../operators.md).',
  'Payment gateways':
    'A gateway is on when all its variables are set, and off when none is; the addresses are optional. There is a ' +
    'page for [Stripe](../integrations/stripe.md), [Toss Payments](../integrations/toss.md) and ' +
    '[PortOne](../integrations/portone.md).',
  'Customers and guests': '[guests.md](../guests.md) is about orders without an account.',
  Prices: '[prices.md](../prices.md) says what an order costs.',
  'Orders and returns': '[returns.md](../returns.md) is about returns.',
  Tracking:
    '[tracking.md](../tracking.md) is about parcels. The services have pages of their own: ' +
    '[EasyPost](../integrations/easypost.md), [tracker.delivery](../integrations/tracker-delivery.md).',
  'Event sinks': 'A sink is on when its URL is set. [brokers.md](../integrations/brokers.md) says what arrives.',
  Webhooks: '[webhooks.md](../webhooks.md) is about webhooks to merchants.',
  Retention: '[operations.md](../operations.md#retention) has the rules.',
  Limits: '[performance.md](../performance.md) says what limits the rate.',
  'Logs and traces':
    '[operations.md](../operations.md#traces) has the spans. OpenTelemetry’s library reads further variables, such ' +
    'as `OTEL_SERVICE_NAME` and `OTEL_EXPORTER_OTLP_HEADERS`.',
};

const groups = Object.entries(variableGroups).map(([title, variables]) => ({
  title: title as keyof typeof variableGroups,
  variables: Object.entries(variables),
}));

/** The type inside of `optional` and `default`. */
const innerOf = (type: z.core.$ZodType): z.core.$ZodType =>
  type instanceof z.ZodOptional || type instanceof z.ZodDefault ? innerOf(type.unwrap()) : type;

/** Values of which each format refuses one. */
const wrongValues = ['? : ?', ','];

/** What a value must be: the words of the refusal of a wrong one. */
function formatOf(type: z.core.$ZodType): string {
  const inner = innerOf(type);
  if (inner instanceof z.ZodEnum) return inner.options.map((option) => `\`${option}\``).join(', ');
  const [refusal] = wrongValues.flatMap((value) => z.safeParse(type, value).error?.issues[0]?.message ?? []);
  return refusal?.replace(/^must be /, '').replace(/^must have/, 'text with') ?? 'any text';
}

function defaultOf(type: z.core.$ZodType): string {
  const { success, data } = z.safeParse(type, undefined);
  if (!success) return 'required';
  const isNothing = data === undefined || (Array.isArray(data) && data.length === 0);
  return isNothing ? 'no default' : `default \`${typeof data === 'string' ? data : JSON.stringify(data)}\``;
}

const descriptionOf = (type: z.core.$ZodType): string => z.globalRegistry.get(type)?.description ?? '';

/** Breaks a text into lines of at most 140 characters, which begin with two spaces after the first. */
const wrap = (text: string): string =>
  text
    .split(' ')
    .reduce(([first = '', ...rest], word) => {
      if (first === '') return [word];
      return `${first} ${word}`.length > 140 ? [`  ${word}`, first, ...rest] : [`${first} ${word}`, ...rest];
    }, [] as string[])
    .toReversed()
    .join('\n');

const entry = ([name, type]: [string, z.core.$ZodType]): string =>
  wrap(`- **\`${name}\`** (${formatOf(type)}; ${defaultOf(type)}): ${descriptionOf(type)}`);

test('the page has every variable (vitest run src/config/configuration-reference -u writes it)', async () => {
  const sections = groups.map(
    ({ title, variables }) => `## ${title}

${wrap(furtherPages[title]).replaceAll('\n  ', '\n')}

${variables.map(entry).join('\n')}`,
  );
  const page = `# Configuration

The API reads its environment when it starts. Each variable has its format and its default in parentheses.
\`on\` and \`off\` are written in lower case, and an empty variable counts as not set.

The API does not start with a wrong value, or with a near miss of a known name such as \`PROT\`. One message
names all wrong variables, and never their values. \`npm run check\` says the same without a start.

${sections.join('\n\n')}
`;
  await expect(page).toMatchFileSnapshot(`${clone}docs/reference/configuration.md`);
});

test('each variable that the API reads is in one group of the page', () => {
  const grouped = groups.flatMap(({ variables }) => variables.map(([name]) => name));
  expect(grouped.toSorted()).toEqual(variableNames.toSorted());
});

describe.each(groups)('the variables of $title', ({ variables }) => {
  test.each(variables)('%s is described by full sentences, and its default is a valid value', (_, type) => {
    expect(descriptionOf(type)).toMatch(/^[A-Z`].*\.$/);
    const { data } = z.safeParse(type, undefined);
    const isText = ['string', 'number'].includes(typeof data);
    expect(isText ? z.safeParse(type, String(data)).data : data).toBe(data);
  });

  test('a format names its bounds', () => {
    for (const [name, type] of variables.filter(([, one]) => typeof z.safeParse(one, undefined).data === 'number'))
      expect(formatOf(type), name).toMatch(/number (from [\d.]+ to \d+|of at least \d+)$/);
  });
});
