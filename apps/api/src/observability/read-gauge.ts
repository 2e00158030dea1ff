// oxlint-disable-next-line typescript/triple-slash-reference -- packages that import this one check this file, too
/// <reference path="../partial-imports.d.ts" />
import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import type Registry from 'prom-client/lib/registry.js';

type Described = { name: string; help: string; labelNames?: string[] };
type Values = readonly (readonly [labels: Record<string, string>, value: number])[];
/** Reads what a metric shows; returns undefined before there is a shop to read. */
type Read<T> = () => Promise<T> | undefined;

/** Adds a gauge whose values come from one read of the database. It has none while the database cannot be reached. */
export function addReadGauge<T>(
  registry: Registry,
  { name, help, labelNames = ['of'] }: Described,
  read: Read<T>,
  valuesOf: (facts: T) => Values,
): void {
  new Gauge({
    registers: [registry],
    name,
    help,
    labelNames,
    async collect() {
      this.reset();
      for (const [labels, value] of await readValues(read, valuesOf)) this.set(labels, value);
    },
  });
}

/** The same for a number that only grows. */
export function addReadCounter<T>(
  registry: Registry,
  { name, help, labelNames = ['of'] }: Described,
  read: Read<T>,
  valuesOf: (facts: T) => Values,
): void {
  new Counter({
    registers: [registry],
    name,
    help,
    labelNames,
    async collect() {
      this.reset();
      for (const [labels, value] of await readValues(read, valuesOf)) this.inc(labels, value);
    },
  });
}

async function readValues<T>(read: Read<T>, valuesOf: (facts: T) => Values): Promise<Values> {
  const facts = await read()?.catch(() => undefined);
  return facts === undefined ? [] : valuesOf(facts);
}

/**
 * Returns a function that runs `read`, and returns the same result again for `keepMs` after it has come. Calls share a
 * read that is running. A read that failed is not kept.
 */
export function keptFor<T>(keepMs: number, read: () => Promise<T>): () => Promise<T> {
  let kept: { result: Promise<T>; until: number } | undefined;
  return async () => {
    if (kept && performance.now() < kept.until) return kept.result;
    const running = { result: read(), until: Infinity };
    kept = running;
    try {
      return await running.result;
    } catch (error) {
      kept = undefined;
      throw error;
    } finally {
      running.until = performance.now() + keepMs;
    }
  };
}
