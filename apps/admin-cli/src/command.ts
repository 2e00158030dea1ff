import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';

export type JsonOption = { json?: true };
export type ListOptions = JsonOption & { limit: number; all?: true; cursor?: string };

const firstExamples = new WeakMap<Command, string[]>();

/** A command that only holds others. Its help shows the first example of each. */
export function addGroup(program: Command, name: string, summary: string): Command {
  const examples: string[] = [];
  const group = program.command(name).description(summary);
  firstExamples.set(group, examples);
  return group.addHelpText('after', () => exampleText(examples));
}

/** A command with `--json` and examples in its help. `usage` is its name and arguments, as commander writes them. */
export function addCommand(parent: Command, usage: string, summary: string, examples: readonly string[]): Command {
  firstExamples.get(parent)?.push(...examples.slice(0, 1));
  return parent
    .command(usage)
    .description(summary)
    .option('--json', 'print JSON for programs')
    .addHelpText('after', exampleText(examples));
}

function exampleText(examples: readonly string[]): string {
  return ['', 'Examples:', ...examples.map((example) => `  $ commerce ${example}`)].join('\n');
}

/** The same for a list that is read page by page. */
export function addListCommand(parent: Command, usage: string, summary: string, examples: readonly string[]): Command {
  return addCommand(parent, usage, summary, examples)
    .option('--limit <n>', 'how many to print', positiveInteger, 20)
    .option('--all', 'print all of them')
    .option('--cursor <cursor>', 'go on where the last list ended');
}

export function positiveInteger(text: string): number {
  const value = integer(text);
  if (value < 1) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return value;
}

export function integer(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('It must be a whole number of at least 0.');
  }
  return value;
}

export type Page<T> = { items: T[]; nextCursor: string | null };

// The most that the API gives at once.
const PAGE_MAX = 100;

/** Reads as many pages as it takes for `limit` items, or for all. */
export async function readPages<T>(
  readPage: (page: { limit: number; cursor?: string }) => Promise<Page<T>>,
  { limit, all, cursor }: ListOptions,
): Promise<Page<T>> {
  const items: T[] = [];
  let next = cursor ?? null;
  do {
    const wanted = all ? PAGE_MAX : Math.min(PAGE_MAX, limit - items.length);
    const page = await readPage({ limit: wanted, ...(next !== null && { cursor: next }) });
    items.push(...page.items);
    next = page.nextCursor;
  } while (next !== null && (all || items.length < limit));
  return { items, nextCursor: next };
}
