import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import type { Argument, Command, Option } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processContext } from './command-context.ts';
import { createProgram } from './program.ts';
import { runCommerce } from './testing/run-commerce.ts';
import { RepeatableOption } from './strict-command.ts';

// A shop that counts its requests: a refused command must send none.
let requests = 0;
const server = createServer((_, response) => {
  requests += 1;
  response.writeHead(404).end();
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

/** Values for the options and arguments whose text is parsed. */
const samples: Record<string, string> = {
  limit: '1',
  concurrency: '1',
  scarcity: '1',
  shipAfter: '1',
  expected: '1',
  expires: '1h',
  since: '2026-11-01',
  line: '1:1',
  scopes: 'stock',
  units: '1',
  product: 'MUG-BLUE',
  'product=units': 'MUG-BLUE=1',
  price: '1',
  url: 'http://127.0.0.1:4000',
  simulator: 'http://127.0.0.1:4001',
  currency: 'GBP',
  decision: 'accept',
  forwardTo: 'http://127.0.0.1:4000/events',
  batchMax: '1',
  unitsMax: '1',
  countries: 'DE',
  address: '{}',
  inFlightMax: '1',
  from: '2026-11-01',
  to: '2026-11-30',
  until: '2026-11-30',
  metadata: '{}',
  low: '1',
  minTotal: '1',
  maxTotal: '1',
  paidSince: '2026-11-01',
  paidUntil: '2026-11-30',
  shippedSince: '2026-11-01',
  shippedUntil: '2026-11-30',
};

const sampleOf = (part: Option | Argument): string =>
  part.argChoices?.[0] ?? samples['attributeName' in part ? part.attributeName() : part.name()] ?? 'x';

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
const pathOf = (command: Command): string[] => (command.parent ? [...pathOf(command.parent), command.name()] : []);

type Case = [shown: string, args: string[], message: string];

const commands = leaves(await createProgram(processContext()));
const mandatoryOf = (command: Command, except?: Option): string[] =>
  command.options.flatMap((option) =>
    option.mandatory && option !== except ? [String(option.long), sampleOf(option)] : [],
  );
const argumentsOf = (command: Command): string[] => command.registeredArguments.map(sampleOf);

const emptyOptions = commands.flatMap((command) =>
  command.options
    .filter(({ required }) => required)
    .flatMap((option) =>
      [[String(option.long), ''], [`${option.long}=`]].map((given): Case => {
        const args = [...pathOf(command), ...argumentsOf(command), ...mandatoryOf(command, option), ...given];
        return [args.join(' '), args, `error: option '${option.flags}' is empty`];
      }),
    ),
);

const emptyArguments = commands.flatMap((command) =>
  command.registeredArguments.map((argument): Case => {
    const values = command.registeredArguments.map((other) => (other === argument ? '' : sampleOf(other)));
    const args = [...pathOf(command), ...values, ...mandatoryOf(command)];
    // Commander checks choices first.
    const message = argument.argChoices ? `invalid for argument '${argument.name()}'` : `'${argument.name()}' is empty`;
    return [args.join(' '), args, message];
  }),
);

const repeatedOptions = commands.flatMap((command) =>
  command.options
    .filter((option) => option.required && !(option instanceof RepeatableOption))
    .map((option): Case => {
      const twice = [String(option.long), sampleOf(option), String(option.long), sampleOf(option)];
      const args = [...pathOf(command), ...argumentsOf(command), ...mandatoryOf(command, option), ...twice];
      return [args.join(' '), args, `error: option '${option.flags}' is given twice`];
    }),
);

async function runCounted(args: string[]) {
  requests = 0;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { COMMERCE_URL: url, COMMERCE_API_KEY: 'ck_x', COMMERCE_SIMULATOR_URL: url };
  const ran = await runCommerce(tmpdir(), args, { ...env, CUSTOMER_JWT_SECRET: 'x'.repeat(32) });
  return { ...ran, requests };
}

const refusal = (message: string) => ({ code: 2, out: '', err: expect.stringContaining(message), requests: 0 });

test.each(emptyOptions)('an empty option exits with 2 and sends nothing: %s', async (_, args, message) => {
  expect(await runCounted(args)).toEqual(refusal(message));
});

test.each(emptyArguments)('an empty argument exits with 2 and sends nothing: %s', async (_, args, message) => {
  expect(await runCounted(args)).toEqual(refusal(message));
});

test.each(repeatedOptions)('an option given twice exits with 2 and sends nothing: %s', async (_, args, message) => {
  expect(await runCounted(args)).toEqual(refusal(message));
});

test('the cases contain the commands that once acted on everything', () => {
  const shown = emptyOptions.map(([text]) => text);
  expect(shown).toContain('refunds create x --amount=');
  expect(shown).toContain('payments capture x --amount=');
  expect(shown).toContain('orders list --customer=');
});
