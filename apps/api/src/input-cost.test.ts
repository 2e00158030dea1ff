import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { access } from './auth/access.ts';
import { startTestApi, type TestApi } from './testing/index.ts';
import { procedures } from './trpc/procedures.ts';

const cpuMsMax = 20;
const parsed = JSON.stringify(Array.from({ length: 20_000 }, (_, index) => ({ index })));
// The CPU time for parsing this text on the machine where a request may cost 20 ms.
const referenceMs = 2;

const cpuMsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

/** How much slower this machine is at the moment, by itself or because other programs use its caches; at least 1. */
function slowness(): number {
  const before = process.cpuUsage();
  JSON.parse(parsed);
  return Math.max(1, cpuMsSince(before) / referenceMs);
}

let api: TestApi;
let token: string;
let sender: ChildProcess;
beforeAll(async () => {
  api = await startTestApi();
  token = await api.createApiKey();
  sender = fork(new URL('testing/programs/sender-program.ts', import.meta.url));
});
afterAll(async () => {
  sender?.kill();
  await api?.close();
});

/**
 * The server's CPU time for a request, as the machine of the reference would take: the least of up to ten runs, because
 * others share the machine.
 */
async function cpuMsOf(path: string, body?: string): Promise<number> {
  sender.send({ url: `${api.url}${path}`, token, body });
  await once(sender, 'message');
  let least = Infinity;
  for (let run = 0; run < 10 && least > cpuMsMax; run += 1) {
    const before = process.cpuUsage();
    sender.send('send');
    const [status] = (await once(sender, 'message')) as [number];
    const cpuMs = cpuMsSince(before);
    expect(status, path).toBeLessThan(500);
    least = Math.min(least, cpuMs / slowness());
  }
  return least;
}

/** The procedures of a type that take an input. */
const pathsOf = (type: string) =>
  Object.keys(access).filter((path) => {
    const definition = procedures[path]?._def;
    return definition?.type === type && definition.inputs.length > 0;
  });

const inside = (schema: unknown): unknown => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return inside(schema.unwrap());
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return inside(schema.unwrap());
  return schema;
};

const tried = new Set<unknown>();

/**
 * The fields of a procedure's input whose schemas no procedure before has, because a schema costs the same in each of
 * them; and once a field that no schema knows.
 */
function newFieldsOf(path: string, more: readonly string[] = []): string[] {
  const input = inside(procedures[path]?._def.inputs[0]);
  const known = input instanceof z.ZodObject ? Object.entries(input.shape) : [];
  const fields = [...known, ['unknown', 'unknown'] as const].flatMap(([name, field]) => {
    const schema = inside(field);
    if (tried.has(schema)) return [];
    tried.add(schema);
    return [name];
  });
  return [...fields, ...more];
}

const list = (item: string, length: number) => `[${Array<string>(Math.floor(length)).fill(item).join()}]`;
const keys = (length: number, value = '1') =>
  `{${Array.from({ length: Math.floor(length) }, (_, index) => `"k${index}":${value}`).join()}}`;

type Costly = Record<string, (scale: number) => string>;

/** JSON values that are refused before a schema sees them, each below the body limit of 512 KiB. */
const beyondBounds: Costly = {
  'empty lists': (bytes) => list('[]', bytes / 3),
  'many keys': (bytes) => keys(bytes / 12),
  'as many keys as a body may have': (bytes) => keys(Math.min(19_000, bytes / 12)),
  'a deep list': (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
  'deep objects': (bytes) => '{"a":'.repeat(bytes / 6) + '1' + '}'.repeat(bytes / 6),
  'a long number': (bytes) => '9'.repeat(bytes),
};

/** JSON values that are expensive for a parser, a schema or an error message, each below the body limit of 512 KiB. */
const withinBounds: Costly = {
  'as many empty lists as a body may have': (bytes) => list('[]', Math.min(9_990, bytes / 3)),
  'as many empty objects as a body may have': (bytes) => list('{}', Math.min(9_990, bytes / 3)),
  'objects with unknown keys': (bytes) => list('{"a":1,"b":2,"c":3}', Math.min(4_990, bytes / 20)),
  'as many empty objects as a list may have': (bytes) => list('{}', Math.min(2_000, bytes / 3)),
  'as many keys as an object may have': (bytes) => keys(Math.min(1_000, bytes / 12)),
  'a long text': (bytes) => `"${'a'.repeat(bytes)}"`,
  'a long text like an e-mail address': (bytes) => `"${'a.a'.repeat(bytes / 3)}@"`,
  'a long text of spaces': (bytes) => `"${' '.repeat(bytes)}"`,
  'escaped characters': (bytes) => `"${String.raw`\u0000`.repeat(bytes / 6)}"`,
};
const costly: Costly = { ...beyondBounds, ...withinBounds };
const bodyBytes = 520_000;

const contacts = ['name', 'email', 'phone'];
const nested: Record<string, readonly string[]> = { 'order.create': contacts.map((name) => `contact.${name}`) };

function bodyOf(field: string, value: string): string {
  return field.split('.').reduceRight((inner, name) => `{${JSON.stringify(name)}:${inner}}`, value);
}

describe('no request costs more than 20 ms of CPU time', () => {
  test.each(Object.entries(beyondBounds))('a mutation with %s, refused before its schema', async (_, make) => {
    expect(await cpuMsOf('/trpc/order.create', make(bodyBytes))).toBeLessThanOrEqual(cpuMsMax);
  });

  test.each(pathsOf('mutation'))('%s with costly values in each of its fields', async (path) => {
    const fields = newFieldsOf(path, nested[path]);
    for (const [name, make] of Object.entries(withinBounds)) {
      for (const field of ['', ...fields]) {
        const body = field === '' ? make(bodyBytes) : bodyOf(field, make(bodyBytes));
        expect(await cpuMsOf(`/trpc/${path}`, body), `${name} as ${field}`).toBeLessThanOrEqual(cpuMsMax);
      }
    }
  });

  test.each(pathsOf('query'))('%s with costly values in each of its fields', async (path) => {
    const fields = newFieldsOf(path);
    for (const [name, make] of Object.entries(costly)) {
      for (const field of ['', ...fields]) {
        const input = encodeURIComponent(field === '' ? make(4_000) : bodyOf(field, make(4_000)));
        const cost = await cpuMsOf(`/trpc/${path}?input=${input.slice(0, 14_000)}`);
        expect(cost, `${name} as ${field}`).toBeLessThanOrEqual(cpuMsMax);
      }
    }
  });

  test('order.create and refund.create with as many lines as they take', async () => {
    const productId = await api.createProduct();
    const lines = Array.from({ length: 2_000 }, () => ({ productId, quantity: 1 }));
    const refundLines = Array.from({ length: 1_000 }, (_, index) => ({
      lineNo: index + 1,
      quantity: 1,
      restock: true,
    }));
    const order = JSON.stringify({ customerId: 'c', lines, metadata: { text: 'x'.repeat(4_000) } });
    expect(await cpuMsOf('/trpc/order.create', order)).toBeLessThanOrEqual(cpuMsMax);
    const refund = JSON.stringify({ orderId: productId, lines: refundLines });
    expect(await cpuMsOf('/trpc/refund.create', refund)).toBeLessThanOrEqual(cpuMsMax);
  });

  test.each(Object.keys(costly))('a batch of 10 calls with %s', async (name) => {
    const path = `/trpc/${Array(10).fill('order.create').join()}?batch=1`;
    const values = Array.from({ length: 10 }, (_, index) => `"${index}":{"lines":${costly[name]?.(bodyBytes / 11)}}`);
    expect(await cpuMsOf(path, `{${values.join()}}`)).toBeLessThanOrEqual(cpuMsMax);
  });
});
