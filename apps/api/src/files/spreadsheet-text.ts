// Spreadsheets run a cell that begins with one of these, the full-width ones in East Asian versions (OWASP, CSV
// injection).
const begins = '[=+\\-@\\t\\r\\n＝＋－＠]';
const isFormula = new RegExp(`^'*${begins}`);
const isEscaped = new RegExp(`^'+${begins}`);

/**
 * A text that no spreadsheet runs: an apostrophe stands before what would be a formula, and before what looks escaped.
 */
export const escapeFormula = (text: string): string => (isFormula.test(text) ? `'${text}` : text);

/** The text that `escapeFormula` was given. */
export const unescapeFormula = (text: string): string => (isEscaped.test(text) ? text.slice(1) : text);
