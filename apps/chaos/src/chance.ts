import { createHash } from 'node:crypto';

/**
 * Every decision of a run, drawn from its seed and a key that names what is decided: the same seed decides the same,
 * whatever comes first and however long it takes.
 */
export type Chance = {
  /** From 0 up to, not including, 1. */
  fraction: (key: string) => number;
  whether: (key: string, share: number) => boolean;
  /** A whole number from `least` to `most`. */
  whole: (key: string, least: number, most: number) => number;
  oneOf: <T>(key: string, choices: readonly T[]) => T;
  /** One of the names, each as often as its weight says. */
  weighed: <K extends string>(key: string, weights: Readonly<Record<K, number>>) => K;
};

export function chanceOf(seed: number): Chance {
  const fraction = (key: string): number =>
    createHash('sha256').update(`${seed} ${key}`).digest().readUIntBE(0, 6) / 2 ** 48;
  const whole = (key: string, least: number, most: number): number =>
    least + Math.floor(fraction(key) * (most - least + 1));
  return {
    fraction,
    whether: (key, share) => fraction(key) < share,
    whole,
    oneOf: (key, choices) => choices[whole(key, 0, choices.length - 1)]!,
    weighed<K extends string>(key: string, weights: Readonly<Record<K, number>>): K {
      const names = Object.keys(weights) as K[];
      let left = fraction(key) * names.reduce((sum, name) => sum + weights[name], 0);
      return names.find((name) => (left -= weights[name]) < 0) ?? names.at(-1)!;
    },
  };
}
