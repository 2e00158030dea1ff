import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

const clone = fileURLToPath(new URL('../../../..', import.meta.url));

async function readMetrics(): Promise<{ name: string; help: string; type: string }[]> {
  const text = await createMetrics().text();
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type ?? '']));
  return [...text.matchAll(/^# HELP (\S+) (.*)$/gm)]
    .map(([, name = '', help = '']) => ({ name, help, type: types.get(name) ?? '' }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

test('the reference lists the metrics (vitest run src/observability/metrics-reference -u writes it)', async () => {
  const lines = (await readMetrics()).map(({ name, help, type }) => `- \`${name}\` (${type}): ${help}`);
  const page = `# Metrics

What \`/metrics\` has, for operators' keys, in Prometheus' text format. [operations.md](../operations.md) says what to
do about them, and [a dashboard](../../deploy/grafana/commerce-core.json) for Grafana shows them.

${lines.join('\n')}
`;
  await expect(page).toMatchFileSnapshot(`${clone}docs/reference/metrics.md`);
});

test('each metric that the dashboard shows is one that the API has', async () => {
  const dashboard = readFileSync(`${clone}deploy/grafana/commerce-core.json`, 'utf8');
  const shown = [...dashboard.matchAll(/"expr": "(.*)"/g)].flatMap(([, expr]) => [
    ...String(expr).matchAll(/\b([a-z]+(?:_[a-z]+)+)\b(?=[{[) ]|$)/g),
  ]);
  const names = shown.map(([, name]) => String(name).replace(/_(bucket|count|sum)$/, ''));
  const known = new Set((await readMetrics()).map(({ name }) => name));
  expect(names.length).toBeGreaterThan(15);
  expect(names.filter((name) => !known.has(name) && name !== 'histogram_quantile')).toEqual([]);
});
