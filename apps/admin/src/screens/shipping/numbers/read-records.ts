/** A row of fields, with the number of the line on which it begins. */
export type TextRow = { line: number; fields: string[] };

/** What divides the fields of a text: tabs of a spreadsheet, semicolons, or commas. */
function delimiterOf(text: string): string {
  const [first = ''] = text.trimStart().split('\n');
  if (text.includes('\t')) return '\t';
  return first.includes(';') && !first.includes(',') ? ';' : ',';
}

/**
 * Reads the rows of a text that was copied from a spreadsheet or a CSV file. Fields in double quotes may hold the
 * delimiter, line ends and doubled quotes. Rows without any text are left out.
 */
export function readRows(text: string): TextRow[] {
  const delimiter = delimiterOf(text);
  const rows: TextRow[] = [];
  let [line, began] = [1, 1];
  let fields: string[] = [];
  let field = '';
  let isQuoted = false;
  const endField = () => {
    fields.push(field.trim());
    field = '';
  };
  const endRow = () => {
    endField();
    if (fields.some((one) => one !== '')) rows.push({ line: began, fields });
    fields = [];
    began = line;
  };
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    if (letter === '\n') line += 1;
    if (isQuoted) {
      if (letter !== '"') field += letter;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else isQuoted = false;
    } else if (letter === '"' && field.trim() === '') {
      isQuoted = true;
      field = '';
    } else if (letter === delimiter) endField();
    else if (letter === '\n') endRow();
    else field += letter;
  }
  endRow();
  return rows;
}
