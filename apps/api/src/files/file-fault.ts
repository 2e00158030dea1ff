/** What makes a file unreadable from a place on. `line` counts from 1; null where it is not known. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
  readonly line: number | null;

  constructor(line: number | null, message: string, options?: ErrorOptions) {
    super(message, options);
    this.line = line;
  }
}
