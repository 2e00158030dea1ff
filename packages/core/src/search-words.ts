const wordMax = 100;
const wordsMax = 500;

const normal = (text: string): string => text.normalize('NFC').toLowerCase();

/**
 * The words by which texts are found, in lower case: what stands between blanks, and its parts between punctuation
 * marks. Words are cut to 100 characters, and there are 500 at most.
 */
export function searchWords(texts: Iterable<string | null | undefined>): string[] {
  const words = new Set<string>();
  for (const text of texts) {
    if (!text) continue;
    for (const word of [...normal(text).split(/\s+/u), ...normal(text).split(/[\s\p{P}\p{S}]+/u)])
      if (word !== '') words.add(word.slice(0, wordMax).toWellFormed());
  }
  return [...words].slice(0, wordsMax);
}

/**
 * A text that a person looks for, as a tsquery: each of its words, which blanks separate, must be the beginning of a
 * word that `searchWords` has made.
 */
export function searchQuery(text: string): string {
  const words = normal(text).split(/\s+/u).filter(Boolean);
  return words.map((word) => `'${word.slice(0, wordMax).toWellFormed().replaceAll(/['\\]/g, '$&$&')}':*`).join(' & ');
}
