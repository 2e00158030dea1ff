import { parseArgs } from 'node:util';

/** The programs that can send the load. */
const loadPrograms = ['wrk', 'node'] as const;
export type LoadChoice = (typeof loadPrograms)[number];

export type Options = {
  long: boolean;
  /** The scenarios to run. Empty: all scenarios of the form. */
  only: readonly string[];
  rounds: number;
  /** The measured time of each turn, after its warm-up. */
  seconds: number;
  /** Numbers of concurrent clients, ascending. Undefined: each scenario's own. */
  clients: readonly number[] | undefined;
  /** The duration of the scenario `memory`. */
  minutes: number;
  /** How many old orders the scenarios `order-growth` and `lists` have, and rows the files of `files`. */
  orders: number;
  json: string | undefined;
  svg: string | undefined;
  /** The program that sends the load over HTTP. Undefined: wrk if it is installed. */
  load: LoadChoice | undefined;
  /** Additional environment variables of the API. */
  env: Record<string, string>;
  /** The CSV file of the scenario `replay`. */
  csv: string | undefined;
};

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

// 30 GB on the disk.
const ordersMax = 10_000_000;

const config = {
  long: { type: 'boolean' },
  only: { type: 'string', multiple: true },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  clients: { type: 'string' },
  minutes: { type: 'string' },
  orders: { type: 'string' },
  json: { type: 'string' },
  svg: { type: 'string' },
  csv: { type: 'string' },
  load: { type: 'string' },
  env: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the command line's options.
 *
 * @param scenarios the names that `--only` accepts
 * @returns 'help' when the options ask for the usage text
 * @throws UsageError when an option is unknown or its value is invalid
 */
export function readOptions(args: readonly string[], scenarios: readonly string[]): Options | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const { long = false, only = [], json, svg, csv } = values;
  const unknown = only.filter((name) => !scenarios.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`unknown scenario: ${unknown.join(', ')}; there are ${scenarios.join(', ')}`);
  return {
    long,
    only,
    json,
    svg,
    csv,
    load: values.load === undefined ? undefined : loadProgram(values.load),
    env: Object.fromEntries((values.env ?? []).map(setting)),
    rounds: values.rounds === undefined ? (long ? 5 : 3) : whole('rounds', values.rounds),
    seconds: values.seconds === undefined ? (long ? 8 : 2) : whole('seconds', values.seconds),
    minutes: values.minutes === undefined ? 10 : whole('minutes', values.minutes),
    orders: values.orders === undefined ? 1_000_000 : whole('orders', values.orders, ordersMax),
    clients: values.clients
      ?.split(',')
      .map((text) => whole('clients', text))
      .toSorted((a, b) => a - b),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: config }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, text: string, max = 9_999): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value > 0 && value <= max) return value;
  throw new UsageError(`--${name}: ${text} is no whole number from 1 to ${max}`);
}

function loadProgram(text: string): LoadChoice {
  const program = loadPrograms.find((name) => name === text);
  if (program !== undefined) return program;
  throw new UsageError(`--load: ${text} is neither ${loadPrograms.join(' nor ')}`);
}

function setting(text: string): [name: string, value: string] {
  const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new UsageError(`--env: ${text} is not NAME=VALUE`);
}
