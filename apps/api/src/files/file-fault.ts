/**
 * What makes a file unreadable from a place on. `line` counts from 1; null where it is not known. `cells` are those
 * before the place, of the row that it is in.
 */
export class FileFault extends Error {
  override readonly name = 'FileFault';
  readonly line: number | null;
  readonly cells: readonly string[];

  constructor(
    line: number | null,
    message: string,
    { cells = [], ...options }: ErrorOptions & { cells?: readonly string[] } = {},
  ) {
    super(message, options);
    this.line = line;
    this.cells = cells;
  }
}
