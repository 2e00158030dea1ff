/** Removes characters that would control the terminal: names come from other systems. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
