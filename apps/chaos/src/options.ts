import { parseArgs } from 'node:util';
import { providerNames, type ProviderName } from './setup/providers.ts';

/** The command line's options. */
export type Options = {
  /** One run a seed, in this order. */
  seeds: readonly number[];
  /** The number of shoppers of a run. */
  orders: number;
  providers: readonly ProviderName[];
  /** How often an API process is killed during the run. */
  kills: number;
  /** Keeps the database running at the end, for inspection. */
  keep: boolean;
  /** A file for all counts and findings. */
  json: string | undefined;
};

/** The options of one run. */
export type RunOptions = Pick<Options, 'orders' | 'providers' | 'kills'> & { seed: number };

/** Invalid arguments. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const config = {
  seed: { type: 'string' },
  seeds: { type: 'string' },
  orders: { type: 'string' },
  providers: { type: 'string' },
  kills: { type: 'string' },
  keep: { type: 'boolean' },
  json: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Parses the command line's arguments.
 * @throws UsageError when an argument is unknown or invalid
 */
export function readOptions(args: readonly string[]): Options | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const seeds = seedsOf(values);
  if (values.keep && seeds.length > 1) throw new UsageError('--keep: keeps the database of one seed only');
  return {
    seeds,
    orders: values.orders === undefined ? 200 : whole('orders', values.orders, 1),
    providers: values.providers === undefined ? providerNames : providersOf(values.providers),
    kills: values.kills === undefined ? 1 : whole('kills', values.kills, 0),
    keep: values.keep ?? false,
    json: values.json,
  };
}

const rangeMax = 1_000;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: config }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function seedsOf({ seed, seeds }: { seed?: string | undefined; seeds?: string | undefined }): number[] {
  if (seed !== undefined && seeds !== undefined) throw new UsageError('--seed and --seeds exclude each other');
  if (seeds !== undefined) return seeds.split(',').flatMap((given) => rangeOf(given.trim()));
  // Random by default; a run prints its seed, so that it can be repeated.
  return [seed === undefined ? Math.floor(Math.random() * 1_000_000) : whole('seed', seed, 0)];
}

/** Reads one seed, or a range as in `9001..9020`. */
function rangeOf(given: string): number[] {
  const [first = '', last = first, ...more] = given.split('..');
  const [from, to] = [whole('seeds', first, 0), whole('seeds', last, 0)];
  if (more.length > 0 || to < from || to - from >= rangeMax)
    throw new UsageError(`--seeds: ${given} is not a range of at most ${rangeMax} seeds, such as 9001..9020`);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function whole(name: string, text: string, least: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new UsageError(`--${name}: ${text} is not a whole number of at least ${least}`);
}

function providersOf(text: string): ProviderName[] {
  return text.split(',').map((given) => {
    const name = providerNames.find((known) => known === given.trim());
    if (name) return name;
    throw new UsageError(`--providers: ${given} is not one of ${providerNames.join(', ')}`);
  });
}
