/** A variable that is not known, and the known name that was probably meant. */
type Misspelled = { name: string; meant: string };

export const misspelledText = ({ name, meant }: Misspelled): string => `${name}: is not known; did you mean ${meant}?`;

/**
 * Returns the names that are near misses of a known name: one letter wrong, missing, too many or swapped (two in names
 * of 16 letters or more), or a word left out, like `STRIPE_SECRET` for `STRIPE_SECRET_KEY`.
 *
 * A name is not reported when the variable that it resembles is set: the environment may serve another program, too.
 */
export function findMisspelled(
  variables: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): Misspelled[] {
  const candidates = known.filter((name) => !variables[name]);
  return Object.keys(variables)
    .filter((name) => variables[name] !== undefined && !known.includes(name))
    .flatMap((name) => {
      const meant = closest(name.toUpperCase(), candidates);
      return meant === undefined ? [] : [{ name, meant }];
    });
}

function closest(name: string, candidates: readonly string[]): string | undefined {
  const [nearest] = candidates
    .map((meant) => ({ meant, mistakes: mistakesBetween(name, meant) }))
    .filter(({ meant, mistakes }) => mistakes <= (meant.length < 16 ? 1 : 2))
    .toSorted((a, b) => a.mistakes - b.mistakes);
  return nearest?.meant ?? candidates.find((meant) => leavesOutWords(name, meant));
}

/** Whether `name` has two or more of the words of `meant`, the first one among them. */
function leavesOutWords(name: string, meant: string): boolean {
  const words = name.split('_');
  const all = meant.split('_');
  return words.length > 1 && words[0] === all[0] && words.every((word) => all.includes(word));
}

/**
 * The optimal string alignment distance: letters that are wrong, missing, too many, or swapped with their neighbour.
 */
function mistakesBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return Number.POSITIVE_INFINITY;
  let [beforeLast, last]: number[][] = [[], Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row[j] = Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + (isSame ? 0 : 1),
        isSwapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, other.length);
}

const at = (row: readonly number[] | undefined, index: number): number => row?.[index] ?? Number.POSITIVE_INFINITY;
