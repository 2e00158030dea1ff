import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { en } from './en.ts';
import { ko } from './ko.ts';

type Leaf = [path: string, text: unknown];
const leavesOf = (texts: object, path = ''): Leaf[] =>
  Object.entries(texts).flatMap(([name, text]): Leaf[] =>
    typeof text === 'object' && text !== null ? leavesOf(text, `${path}${name}.`) : [[`${path}${name}`, text]],
  );

const written = (text: unknown): string =>
  typeof text === 'function' ? String(text('\u0001', '\u0002')) : String(text);

type Both = { en: object; ko: object };

/** The texts of each screen that has a file of its own. */
const files = readdirSync(import.meta.dirname).filter(
  (name) => /^[a-z-]+\.ts$/.test(name) && !/^(en|ko)\.ts$/.test(name),
);
const ofScreens = await Promise.all(
  files.map(async (name): Promise<[string, Both]> => {
    const [both] = Object.values((await import(join(import.meta.dirname, name))) as Record<string, Both>);
    if (!both) throw new Error(`${name} has no texts`);
    return [name, both];
  }),
);

describe.each<[string, Both]>([['the page', { en, ko }], ...ofScreens])('the texts of %s', (name, both) => {
  test('are the same in both languages, and none is empty', () => {
    expect(leavesOf(both.ko).map(([path]) => path)).toEqual(leavesOf(both.en).map(([path]) => path));
    for (const [path, text] of [...leavesOf(both.en), ...leavesOf(both.ko)])
      expect(written(text).trim(), path).not.toBe('');
  });

  test('have the same parts to fill in', () => {
    const korean = new Map(leavesOf(both.ko));
    for (const [path, text] of leavesOf(both.en))
      expect(written(korean.get(path)).includes('\u0001'), path).toBe(written(text).includes('\u0001'));
  });

  test('are Korean where they should be', () => {
    const latin = leavesOf(both.ko).filter(([, text]) => !/[가-힣]/.test(written(text)));
    expect(
      latin
        .map(([path]) => path.split('.').at(-1))
        .filter((path) => !['provider', 'gateway', 'url'].includes(path ?? '')),
      name,
    ).toEqual([]);
  });
});
