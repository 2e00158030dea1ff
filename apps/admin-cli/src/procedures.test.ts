import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { procedurePaths } from '@commerce-core/api/testing';
import { expect, test } from 'vitest';

/** Procedures without a command, and why. */
const exceptions: Record<string, string> = {
  'session.get': "who is signed in at the operators' page: the command line has a key",
  'event.stream': 'the same events as event.list, which `commerce events tail` reads: it waits for new ones, too',
};

const folder = join(import.meta.dirname, 'commands');
const commands = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'replay.ts')
  .map((file) => readFileSync(join(folder, file), 'utf8'))
  .concat(readFileSync(join(import.meta.dirname, 'show/show-order.ts'), 'utf8'))
  .concat(readFileSync(join(import.meta.dirname, 'find-id.ts'), 'utf8'))
  .join('\n')
  .replaceAll(/\s+/g, '');

// `webhooks pause` and `webhooks resume` are one piece of code: client.webhookEndpoint[name].
const called = new Set(
  [...commands.matchAll(/client\.(\w+)(?:\.(\w+)|\[name\])\.(?:query|mutate|subscribe)/g)].flatMap(([, noun, verb]) =>
    verb === undefined ? ['pause', 'resume'].map((name) => `${noun}.${name}`) : [`${noun}.${verb}`],
  ),
);

test.each(procedurePaths())('%s is called by a command, or is a known exception', (path) => {
  expect(called.has(path)).toBe(!(path in exceptions));
});

test('each exception is a procedure', () => {
  expect(procedurePaths()).toEqual(expect.arrayContaining(Object.keys(exceptions)));
});
