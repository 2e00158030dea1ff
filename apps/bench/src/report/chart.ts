import type { Outcome, Series } from '../scenarios/scenario.ts';
import { count } from './format.ts';
import { spreadOf, type Spread } from './spread.ts';

export type Panel = { title: string; series: readonly Series[] };

// Middle tones are readable on white and on black. The README is shown on both, and an image can't know on which.
const colours = { baseline: '#8b949e', ours: '#2f81f7', core: '#3fb950' } as const;
const text = '#7d8590';

const width = 760;
const labelWidth = 170;
const figureWidth = 90;
const barHeight = 15;
const barPitch = 21;
const barsMax = width - labelWidth - figureWidth;

/** Draws bars of calls a second, one panel for each scenario, on one scale. A thin line spans the rounds. */
export function renderChart(panels: readonly Panel[], footer: readonly string[]): string {
  const bars = panels.map(({ title, series }) => ({
    title,
    bars: series.map(({ label, side, clients, rounds }) => ({
      side,
      name: `${label}, ${clients} ${clients === 1 ? 'client' : 'clients'}`,
      rate: spreadOf(rounds.map(({ perSecond }) => perSecond)),
    })),
  }));
  const highest = Math.max(1, ...bars.flatMap((panel) => panel.bars.map(({ rate }) => rate.most)));
  const scale = (rate: number) => Math.round((rate / highest) * barsMax * 10) / 10;
  let y = 8;
  const body: string[] = [];
  for (const panel of bars) {
    body.push(`<text x="0" y="${y + 14}" class="title">${escape(panel.title)}</text>`);
    y += 26;
    for (const bar of panel.bars) {
      body.push(...renderBar(bar, y, scale));
      y += barPitch;
    }
    y += 14;
  }
  for (const line of footer) {
    body.push(`<text x="0" y="${y + 10}" class="small">${escape(line)}</text>`);
    y += 16;
  }
  const size = `viewBox="0 0 ${width} ${y + 20}" width="${width}" height="${y + 20}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">
<title>Calls a second, this shop and the baseline</title>
<style>
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: ${text}; }
  .title { font-size: 13px; font-weight: 600; }
  .small { font-size: 11px; }
</style>
${body.join('\n')}
</svg>
`;
}

type Bar = { side: Series['side']; name: string; rate: Spread };

function renderBar({ side, name, rate }: Bar, y: number, scale: (rate: number) => number): string[] {
  const middle = y + barHeight / 2;
  const [from, to] = [labelWidth + scale(rate.least), labelWidth + scale(rate.most)];
  return [
    `<text x="${labelWidth - 8}" y="${y + 12}" text-anchor="end">${escape(name)}</text>`,
    `<rect x="${labelWidth}" y="${y}" width="${scale(rate.median)}" height="${barHeight}" rx="2" ` +
      `fill="${colours[side]}"/>`,
    `<line x1="${from}" x2="${to}" y1="${middle}" y2="${middle}" stroke="${text}" stroke-width="1.5"/>`,
    `<text x="${Math.max(labelWidth + scale(rate.median), to) + 6}" y="${y + 12}">${count(rate.median)}/s</text>`,
  ];
}

const escape = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Returns a panel for each scenario that compares calls a second with the baseline. */
export function panelsOf(outcomes: readonly (readonly [title: string, outcome: Outcome])[]): Panel[] {
  return outcomes
    .filter(([, { series }]) => series.some(({ side }) => side === 'baseline'))
    .map(([title, { series }]) => ({ title, series }));
}
