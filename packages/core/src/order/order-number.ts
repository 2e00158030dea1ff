// Crockford's base 32: no I, L, O or U, so that a number that is read aloud or copied by hand is not mistaken.
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const dayMs = 86_400_000;

/** How many numbers there are for the orders of one day: 35 random bits, seven characters. */
export const numbersADay = 2 ** 35;

/**
 * Mints a number for a new order, like `4F7K-29QD`. The first character stands for the day, and 31 days have one of
 * their own: the numbers of a day are neighbours in their index, which then writes few pages. It is never 0, with which
 * ids begin. The unique index refuses a number that another order has, and the transaction runs again with a new one:
 * with 10,000,000 orders on one day that is one order in 3,400, and one in 100,000 when they are spread over a month.
 */
export function mintOrderNumber(now: Date): string {
  const day = 1 + (Math.floor(now.getTime() / dayMs) % 31);
  // A number opens nothing, so that it need not be secret.
  return formatted(day * numbersADay + Math.floor(Math.random() * numbersADay));
}

function formatted(value: number): string {
  const text = Array.from({ length: 8 }, (_, at) => letters[Math.floor(value / 32 ** (7 - at)) % 32]).join('');
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

/**
 * Returns the order's number that a text means, in the spelling that the shop writes: small letters, a missing dash,
 * and O for 0 or I and L for 1 are understood. Undefined when the text is no such number.
 */
export function orderNumberIn(text: string): string | undefined {
  const plain = text
    .trim()
    .toUpperCase()
    .replace(/^(.{4})[-\s](.{4})$/, '$1$2')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return /^[1-9A-HJKMNP-TV-Z][\dA-HJKMNP-TV-Z]{7}$/.test(plain) ? `${plain.slice(0, 4)}-${plain.slice(4)}` : undefined;
}
