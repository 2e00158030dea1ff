import { createHash } from 'node:crypto';
import { present } from './present.ts';

/**
 * Makes every random decision of a run from its seed and a key that names the decision. The same seed and key decide
 * the same, in any order and at any time.
 */
export type Chance = {
  /** From 0 up to, not including, 1. */
  fraction: (key: string) => number;
  /** True for this share (0 to 1) of the keys. */
  whether: (key: string, share: number) => boolean;
  /** A whole number from `least` to `most`. */
  whole: (key: string, least: number, most: number) => number;
  /** One of the choices, each as often as the others. Throws when there are none. */
  oneOf: <T>(key: string, choices: readonly T[]) => T;
  /** One of the names, each as often as its weight says. */
  weighed: <K extends string>(key: string, weights: Readonly<Record<K, number>>) => K;
};

/** Creates the decisions of a seed. */
export function chanceOf(seed: number): Chance {
  const fraction = (key: string): number =>
    createHash('sha256').update(`${seed} ${key}`).digest().readUIntBE(0, 6) / 2 ** 48;
  const whole = (key: string, least: number, most: number): number =>
    least + Math.floor(fraction(key) * (most - least + 1));
  return {
    fraction,
    /** True for this share (0 to 1) of the keys. */
    whether: (key, share) => fraction(key) < share,
    whole,
    oneOf: (key, choices) => present(choices[whole(key, 0, choices.length - 1)], 'choice'),
    weighed<K extends string>(key: string, weights: Readonly<Record<K, number>>): K {
      const names = Object.keys(weights) as K[];
      let left = fraction(key) * names.reduce((sum, name) => sum + weights[name], 0);
      return names.find((name) => (left -= weights[name]) < 0) ?? present(names.at(-1), 'name');
    },
  };
}
